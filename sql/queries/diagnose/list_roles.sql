-- What the roles of these connections may do beyond what was granted to them.
-- Parameters: $1 text[], names of roles.
-- Rows: one for each that exists; name text; is_almighty boolean, whether it passes all checks or may lift them.
-- Reads only.
select
  rolname::text as name,
  rolsuper
  or rolcreaterole
  or rolbypassrls as is_almighty
from
  pg_roles
where
  rolname = any ($1::text[])
