-- Postgres keeps what it has acknowledged: fsync, synchronous_commit and full_page_writes are on.
-- Also for every role and database; remote_apply waits for more than on does.
-- Rows: one per setting that is not on. Parameters: none. Rerun: reads only.
select
  name as setting,
  setting as value,
  'this session' as applies_to
from
  pg_settings
where
  name in ('fsync', 'synchronous_commit', 'full_page_writes')
  and setting not in ('on', 'remote_apply')
union all
select
  split_part(c.assignment, '=', 1),
  split_part(c.assignment, '=', 2),
  concat_ws(
    ' in ',
    'role ' || r.rolname,
    'database ' || d.datname
  )
from
  pg_db_role_setting s
  cross join unnest(s.setconfig) as c (assignment)
  left join pg_roles r on r.oid = s.setrole
  left join pg_database d on d.oid = s.setdatabase
where
  split_part(c.assignment, '=', 1) = 'synchronous_commit'
  and split_part(c.assignment, '=', 2) not in ('on', 'remote_apply')
  and (
    s.setdatabase = 0
    or d.datname = current_database()
  )
order by
  setting,
  applies_to
