-- Rows per table.
-- A table that is added later is counted without a change here: query_to_xml runs a statement that is put together.
-- Rows: one per table that the role may read. Parameters: none. Rerun: reads only.
select
  c.relname as table_name,
  substring(
    query_to_xml(
      format(
        'select count(*) as n from %I.%I',
        n.nspname,
        c.relname
      ),
      false,
      false,
      ''
    )::text
    from
      '<n>(\d+)</n>'
  )::bigint as row_count
from
  pg_class c
  join pg_namespace n on n.oid = c.relnamespace
where
  n.nspname = 'public'
  and c.relkind in ('r', 'p')
  and has_table_privilege(c.oid, 'select')
order by
  c.relname
