-- The role of this session.
-- Parameters: none. Rows: one; name text; is_almighty boolean, whether it passes all checks of Postgres or may lift them.
-- Reads only.
select
  rolname::text as name,
  rolsuper
  or rolcreaterole
  or rolbypassrls as is_almighty
from
  pg_roles
where
  rolname = session_user
