-- Up to when something has been given up. Who needs that it stays where it is holds the frontiers' lock.
-- Parameters: $1 text, what is kept. Row: one; horizon_ms double precision, ms since the epoch, -Infinity where nothing
-- has been given up. Rerun: reads only.
select
  (
    extract(
      epoch
      from
        horizon
    ) * 1000
  )::double precision as horizon_ms
from
  retention_horizons
where
  kept = $1::text
