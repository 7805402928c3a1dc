-- The role of this session.
-- Parameters: none. Rows: one; name text; is_almighty boolean, whether it passes all checks of Postgres or may lift them,
--   itself or as a member of a role that does.
-- Reads only.
select
  rolname::text as name,
  rolsuper
  or rolcreaterole
  or rolbypassrls
  or exists (
    select
    from
      pg_roles almighty
    where
      (
        almighty.rolsuper
        or almighty.rolcreaterole
        or almighty.rolbypassrls
      )
      and pg_has_role(session_user, almighty.oid, 'member')
  ) as is_almighty
from
  pg_roles
where
  rolname = session_user
