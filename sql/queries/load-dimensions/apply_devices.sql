-- Applies the newest version per key; an older one than the stored changes nothing. A tombstone marks the
-- row and keeps it, for it still satisfies references.
-- Parameters: $1 jsonb, array of {is_deleted, version_at, version_partition, version_offset, and the columns},
-- one per key. Rows: the ids whose row was written. Rerun: the same version is not newer.
merge into devices d using (
  select
    *
  from
    jsonb_to_recordset($1::jsonb) as n (
      device_id integer,
      device_type text,
      os text,
      browser text,
      app_version text,
      version_at timestamptz,
      version_partition integer,
      version_offset bigint,
      is_deleted boolean
    )
  order by
    device_id
) n on d.device_id = n.device_id when matched
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
  device_type = n.device_type,
  os = n.os,
  browser = n.browser,
  app_version = n.app_version,
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = null when not matched then insert (
    device_id,
    device_type,
    os,
    browser,
    app_version,
    version_at,
    version_partition,
    version_offset,
    deleted_at
  )
values
  (
    n.device_id,
    n.device_type,
    n.os,
    n.browser,
    n.app_version,
    n.version_at,
    n.version_partition,
    n.version_offset,
    case
      when n.is_deleted then n.version_at
    end
  )
returning
  d.device_id as id
