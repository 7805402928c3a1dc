-- Applies the newest version per key; an older one than the stored changes nothing. A tombstone marks the
-- row and keeps it, for it still satisfies references.
-- Parameters: $1 jsonb, array of {is_deleted, version_at, version_partition, version_offset, and the columns},
-- one per key. Rows: the ids whose row was written. Rerun: the same version is not newer.
merge into albums d using (
  select
    *
  from
    jsonb_to_recordset($1::jsonb) as n (
      album_id integer,
      title text,
      artist_id integer,
      release_date date,
      total_tracks integer,
      album_type text,
      version_at timestamptz,
      version_partition integer,
      version_offset bigint,
      is_deleted boolean
    )
  order by
    album_id
) n on d.album_id = n.album_id when matched
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
  title = n.title,
  artist_id = n.artist_id,
  release_date = n.release_date,
  total_tracks = n.total_tracks,
  album_type = n.album_type,
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = null when not matched then insert (
    album_id,
    title,
    artist_id,
    release_date,
    total_tracks,
    album_type,
    version_at,
    version_partition,
    version_offset,
    deleted_at
  )
values
  (
    n.album_id,
    n.title,
    n.artist_id,
    n.release_date,
    n.total_tracks,
    n.album_type,
    n.version_at,
    n.version_partition,
    n.version_offset,
    case
      when n.is_deleted then n.version_at
    end
  )
returning
  d.album_id as id
