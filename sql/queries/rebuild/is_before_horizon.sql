-- Whether facts of a window may have been given up. Under the frontiers' lock, which whoever moves the horizon takes
-- exclusively, and in a statement after it.
-- Parameters: $1 timestamptz, window start. Rows: is_before_horizon boolean. Rerun: reads only.
select
  $1::timestamptz < horizon as is_before_horizon
from
  retention_horizons
where
  kept = 'facts'
