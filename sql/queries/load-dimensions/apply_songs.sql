-- Applies the newest version per key; an older one than the stored changes nothing. A tombstone marks the
-- row and keeps it, for it still satisfies references.
-- Parameters: $1 jsonb, array of {is_deleted, version_at, version_partition, version_offset, and the columns},
-- one per key. Rows: the ids whose row was written. Rerun: the same version is not newer.
merge into songs d using (
  select
    *
  from
    jsonb_to_recordset($1::jsonb) as n (
      song_id integer,
      title text,
      duration_seconds integer,
      release_date date,
      genre text,
      language text,
      explicit boolean,
      version_at timestamptz,
      version_partition integer,
      version_offset bigint,
      is_deleted boolean
    )
  order by
    song_id
) n on d.song_id = n.song_id when matched
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
  duration_seconds = n.duration_seconds,
  release_date = n.release_date,
  genre = n.genre,
  language = n.language,
  explicit = n.explicit,
  version_at = n.version_at,
  version_partition = n.version_partition,
  version_offset = n.version_offset,
  deleted_at = null when not matched then insert (
    song_id,
    title,
    duration_seconds,
    release_date,
    genre,
    language,
    explicit,
    version_at,
    version_partition,
    version_offset,
    deleted_at
  )
values
  (
    n.song_id,
    n.title,
    n.duration_seconds,
    n.release_date,
    n.genre,
    n.language,
    n.explicit,
    n.version_at,
    n.version_partition,
    n.version_offset,
    case
      when n.is_deleted then n.version_at
    end
  )
returning
  d.song_id as id
