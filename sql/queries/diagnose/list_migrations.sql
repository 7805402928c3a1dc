-- The migrations that were applied.
-- Parameters: none. Rows: one for each, ascending; version integer; name text; sha256 text, of its file.
-- Reads only.
select
  version,
  name,
  sha256
from
  schema_migrations
order by
  version
