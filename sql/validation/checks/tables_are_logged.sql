-- Every table but the temporary ones is written to the log, and so survives a crash.
-- Rows: one per table that is not. Parameters: none. Rerun: reads only.
select
  n.nspname as schema_name,
  c.relname as table_name
from
  pg_class c
  join pg_namespace n on n.oid = c.relnamespace
where
  c.relkind in ('r', 'p', 'm')
  and c.relpersistence = 'u'
order by
  n.nspname,
  c.relname
