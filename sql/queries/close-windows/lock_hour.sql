-- Locks every window that starts in an hour, whether it holds plays or not, as lock_window.sql does with one, in the order of
-- time: who publishes one of them waits. A statement of its own: what follows must read from a snapshot taken after it.
-- Parameters: $1 timestamptz, start of the hour.
select
  pg_advisory_xact_lock(
    hashtextextended (
      'window minutes ' || extract(
        epoch
        from
          window_start
      ),
      0
    )
  )
from
  window_frontiers f
  cross join lateral generate_series(
    date_bin(
      f.window_size,
      $1::timestamptz + f.window_size - interval '1 microsecond',
      timestamptz '1970-01-01 00:00:00+00'
    ),
    $1::timestamptz + interval '1 hour' - interval '1 microsecond',
    f.window_size
  ) as window_start
where
  f.window_kind = 'minutes'
