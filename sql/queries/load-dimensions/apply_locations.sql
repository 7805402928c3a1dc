-- Applies the newest version per key; an older one than the stored changes nothing. A tombstone marks the
-- row and keeps it, for it still satisfies references.
-- Parameters: $1 jsonb, array of {is_deleted, version_at, version_partition, version_offset, and the columns},
-- one per key. Rows: the ids whose row was written. Rerun: the same version is not newer.
merge into locations d using (
  select
    *
  from
    jsonb_to_recordset($1::jsonb) as n (
      location_id integer,
      country text,
      region text,
      city text,
      timezone text,
      version_at timestamptz,
      version_partition integer,
      version_offset bigint,
      is_deleted boolean
    )
  order by
    location_id
) n on d.location_id = n.location_id when matched
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
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = n.version_at when matched then
update
set
  country = n.country,
  region = n.region,
  city = n.city,
  timezone = n.timezone,
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = null when not matched then insert (
    location_id,
    country,
    region,
    city,
    timezone,
    version_at,
    version_partition,
    version_offset,
    deleted_at
  )
values
  (
    n.location_id,
    n.country,
    n.region,
    n.city,
    n.timezone,
    n.version_at,
    n.version_partition,
    n.version_offset,
    case
      when n.is_deleted then n.version_at
    end
  )
returning
  d.location_id as id
