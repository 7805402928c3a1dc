-- Hours whose sums lack a published window, and that have come to rest: none of their windows was published for a while.
-- Parameters: $1 integer, that while in milliseconds. Rows: time_window, newest first, six at most: the next run takes more.
-- Reads only.
select
  h.time_window
from
  hour_rollups h
  join window_frontiers f on f.window_kind = 'minutes'
where
  h.is_due
  and (
    h.changed_at <= clock_timestamp() - $1::integer * interval '1 millisecond'
    -- The clock was put back.
    or h.changed_at > clock_timestamp()
  )
  and f.closed_until > h.time_window
  -- Nothing can be added up before its first window is published.
  and h.time_window not in (
    select
      p.window_start
    from
      window_partials p
    where
      p.window_kind = 'minutes'
  )
order by
  h.time_window desc
limit
  6
