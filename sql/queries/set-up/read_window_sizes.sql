-- Rows: the stored window sizes in ms. Rerun: reads only.
select
  window_kind,
  (
    extract(
      epoch
      from
        window_size
    ) * 1000
  )::bigint as window_size_ms
from
  window_frontiers
