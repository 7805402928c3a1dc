-- Notes that an hour's sums are made, in the transaction that makes them, with its windows locked.
-- Parameters: $1 timestamptz, start of the hour.
-- Rows: one; none where another closer has made them, or a window of the hour has gained plays since.
-- Rerun: no row.
update hour_rollups h
set
  rolled_at = clock_timestamp()
where
  h.time_window = $1::timestamptz
  and h.rolled_at is null
  and not exists (
    select
    from
      window_partials p
    where
      p.window_kind = 'minutes'
      and p.window_start >= h.time_window
      and p.window_start < h.time_window + interval '1 hour'
  )
returning
  h.time_window
