-- Hours whose sums are missing or out of date, and that have come to rest: their windows are closed and published, and
-- none of them was published anew for a while.
-- Parameters: $1 integer, that while in milliseconds. Rows: time_window, newest first, six at most: the next run takes more.
-- Reads only.
select
  h.time_window
from
  hour_rollups h
  join window_frontiers f on f.window_kind = 'minutes'
where
  h.rolled_at is null
  and (
    h.changed_at <= clock_timestamp() - $1::integer * interval '1 millisecond'
    -- The clock was put back.
    or h.changed_at > clock_timestamp()
  )
  -- Its last window may end in the next hour.
  and f.closed_until >= f.window_size + date_bin(
    f.window_size,
    h.time_window + interval '1 hour' - interval '1 microsecond',
    timestamptz '1970-01-01 00:00:00+00'
  )
  and not exists (
    select
    from
      window_partials p
    where
      p.window_kind = 'minutes'
      and p.window_start >= h.time_window
      and p.window_start < h.time_window + interval '1 hour'
  )
order by
  h.time_window desc
limit
  6
