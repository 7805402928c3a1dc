-- Applies the newest version per key; an older one than the stored changes nothing. A tombstone marks the
-- row and keeps it, for it still satisfies references, but nothing that says who the user was.
-- Parameters: $1 jsonb, array of {is_deleted, version_at, version_partition, version_offset, and the columns},
-- one per key. Rows: the ids whose row was written. Rerun: the same version is not newer.
merge into users d using (
  select
    *
  from
    jsonb_to_recordset($1::jsonb) as n (
      user_id integer,
      username text,
      age integer,
      gender text,
      subscription_type text,
      registration_date timestamptz,
      country text,
      version_at timestamptz,
      version_partition integer,
      version_offset bigint,
      is_deleted boolean
    )
  order by
    user_id
) n on d.user_id = n.user_id when matched
and (
  n.version_at,
  n.version_partition,
  n.version_offset
) <= (
  d.version_at,
  d.version_partition,
  d.version_offset
) then do nothing when matched
and n.is_deleted then
update
set
  username = null,
  age = null,
  gender = null,
  subscription_type = null,
  registration_date = null,
  country = null,
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = n.version_at when matched then
update
set
  username = n.username,
  age = n.age,
  gender = n.gender,
  subscription_type = n.subscription_type,
  registration_date = n.registration_date,
  country = n.country,
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = null when not matched then insert (
    user_id,
    username,
    age,
    gender,
    subscription_type,
    registration_date,
    country,
    version_at,
    version_partition,
    version_offset,
    deleted_at
  )
values
  (
    n.user_id,
    n.username,
    n.age,
    n.gender,
    n.subscription_type,
    n.registration_date,
    n.country,
    n.version_at,
    n.version_partition,
    n.version_offset,
    case
      when n.is_deleted then n.version_at
    end
  )
returning
  d.user_id as id
