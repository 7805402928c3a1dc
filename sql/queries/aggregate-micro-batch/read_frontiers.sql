-- How far the windows of each size have closed; behind lock_frontiers_shared.sql they stay there until the transaction ends.
-- Rows: window_kind; size_micros and closed_until_micros double precision, microseconds (since the epoch; -Infinity: none
-- has closed). Rerun: reads only.
select
  window_kind,
  (
    extract(
      epoch
      from
        window_size
    ) * 1000000
  )::double precision as size_micros,
  (
    extract(
      epoch
      from
        closed_until
    ) * 1000000
  )::double precision as closed_until_micros
from
  window_frontiers
