-- Roles are the cluster's, not the database's: they may exist already, with or without a login.
do $$
declare
  missing text[] := array(
    select name from unnest(array['ingest', 'closer', 'reader']) as name
    where not exists (select from pg_roles where rolname = name)
  );
  name text;
begin
  foreach name in array missing loop
    execute format('create role %I nologin', name);
  end loop;
exception when insufficient_privilege then
  raise exception 'role % may not create the roles %', current_user, missing
    using hint = format('Ask the administrator for: create role %s nologin;', array_to_string(missing, ' nologin; create role '));
end
$$;

revoke all on schema public
from
  public;

grant usage on schema public to ingest,
closer,
reader;
