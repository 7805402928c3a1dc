-- Versions of dimensions that are older than the row that is there.
-- Parameters: $1 jsonb, array of versions {ordinal, dimension, id, version_at, version_partition, version_offset}.
-- Rows: the ordinals of the older ones. Rerun: reads only.
with
  versions as (
    select
      *
    from
      jsonb_to_recordset($1::jsonb) as v (
        ordinal integer,
        dimension text,
        id integer,
        version_at timestamptz,
        version_partition integer,
        version_offset bigint
      )
  ),
  rows_there as (
    select
      'users' as dimension,
      user_id as id,
      version_at,
      version_partition,
      version_offset
    from
      users
    union all
    select
      'artists',
      artist_id,
      version_at,
      version_partition,
      version_offset
    from
      artists
    union all
    select
      'albums',
      album_id,
      version_at,
      version_partition,
      version_offset
    from
      albums
    union all
    select
      'songs',
      song_id,
      version_at,
      version_partition,
      version_offset
    from
      songs
    union all
    select
      'devices',
      device_id,
      version_at,
      version_partition,
      version_offset
    from
      devices
    union all
    select
      'locations',
      location_id,
      version_at,
      version_partition,
      version_offset
    from
      locations
  )
select
  v.ordinal
from
  versions v
  join rows_there r on r.dimension = v.dimension
  and r.id = v.id
where
  (
    r.version_at,
    r.version_partition,
    r.version_offset
  ) > (
    v.version_at,
    v.version_partition,
    v.version_offset
  )
order by
  v.ordinal
