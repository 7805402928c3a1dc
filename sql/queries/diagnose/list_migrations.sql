-- The migrations that were applied.
-- Parameters: none. Rows: one for each; version integer.
-- Reads only.
select
  version
from
  schema_migrations
order by
  version
