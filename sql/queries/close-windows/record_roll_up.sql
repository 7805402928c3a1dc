-- Notes up to where an hour's sums are made, in the transaction that makes them, with its windows locked: up to its first window
-- that is not closed or not published.
-- Parameters: $1 timestamptz, start of the hour.
-- Rows: one; rolled_until timestamptz; none where another closer has made them, or its first window is open.
-- Rerun: no row.
update hour_rollups h
set
  rolled_until = c.rolled_until,
  is_due = false
from
  (
    select
      least(
        $1::timestamptz + interval '1 hour',
        f.closed_until,
        (
          select
            min(p.window_start)
          from
            window_partials p
          where
            p.window_kind = 'minutes'
            and p.window_start >= $1::timestamptz
        )
      ) as rolled_until
    from
      window_frontiers f
    where
      f.window_kind = 'minutes'
  ) c
where
  h.time_window = $1::timestamptz
  and h.is_due
  and c.rolled_until > h.time_window
returning
  h.rolled_until
