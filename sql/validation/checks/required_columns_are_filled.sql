-- No dimension row that is not deleted lacks what its topic requires.
-- The required members are those of the JSON Schemas in shared/schemas/.
-- Rows: one per column with empty fields. Parameters: none. Rerun: reads only.
with
  fields as (
    select
      'users' as dimension,
      'username' as column_name,
      username is null as is_empty
    from
      users
    where
      deleted_at is null
    union all
    select
      'artists',
      'name',
      name is null
    from
      artists
    where
      deleted_at is null
    union all
    select
      'albums',
      'title',
      title is null
    from
      albums
    where
      deleted_at is null
    union all
    select
      'albums',
      'artist_id',
      artist_id is null
    from
      albums
    where
      deleted_at is null
    union all
    select
      'songs',
      'title',
      title is null
    from
      songs
    where
      deleted_at is null
    union all
    select
      'devices',
      'device_type',
      device_type is null
    from
      devices
    where
      deleted_at is null
    union all
    select
      'locations',
      'country',
      country is null
    from
      locations
    where
      deleted_at is null
  )
select
  dimension,
  column_name,
  count(*) filter (
    where
      is_empty
  ) as empty_count,
  count(*) as row_count
from
  fields
group by
  dimension,
  column_name
having
  bool_or(is_empty)
order by
  dimension,
  column_name
