-- Applies the newest version per key; an older one than the stored changes nothing. A tombstone marks the
-- row and keeps it, for it still satisfies references.
-- Parameters: $1 jsonb, array of {is_deleted, version_at, version_partition, version_offset, and the columns},
-- one per key. Rows: the ids whose row was written. Rerun: the same version is not newer.
merge into artists d using (
  select
    *
  from
    jsonb_to_recordset($1::jsonb) as n (
      artist_id integer,
      name text,
      country text,
      genre text,
      is_band boolean,
      version_at timestamptz,
      version_partition integer,
      version_offset bigint,
      is_deleted boolean
    )
  order by
    artist_id
) n on d.artist_id = n.artist_id when matched
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
  name = n.name,
  country = n.country,
  genre = n.genre,
  is_band = n.is_band,
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = null when not matched then insert (
    artist_id,
    name,
    country,
    genre,
    is_band,
    version_at,
    version_partition,
    version_offset,
    deleted_at
  )
values
  (
    n.artist_id,
    n.name,
    n.country,
    n.genre,
    n.is_band,
    n.version_at,
    n.version_partition,
    n.version_offset,
    case
      when n.is_deleted then n.version_at
    end
  )
returning
  d.artist_id as id
