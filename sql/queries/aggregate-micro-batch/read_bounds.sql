-- How far the windows of each size have closed, and where the facts have been given up; behind lock_frontiers_shared.sql
-- all of it stays there until the transaction ends.
-- Rows: window_kind; size_micros, closed_until_micros and horizon_micros double precision, microseconds (since the epoch;
-- -Infinity: none has closed, nothing has been given up). Rerun: reads only.
select
  f.window_kind,
  (
    extract(
      epoch
      from
        f.window_size
    ) * 1000000
  )::double precision as size_micros,
  (
    extract(
      epoch
      from
        f.closed_until
    ) * 1000000
  )::double precision as closed_until_micros,
  (
    extract(
      epoch
      from
        h.horizon
    ) * 1000000
  )::double precision as horizon_micros
from
  window_frontiers f
  join retention_horizons h on h.kept = 'facts'
