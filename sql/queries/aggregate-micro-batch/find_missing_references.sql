-- Ids that plays refer to and that are no row of their dimension.
-- Parameters: $1 to $6 integer[], distinct ids of users, artists, albums, songs, devices and locations.
-- Rows: dimension, id. The limit has each id looked up by itself, not a whole dimension read for them. Rerun: reads only.
select
  'users' as dimension,
  r.id
from
  unnest($1::integer[]) as r (id)
  left join lateral (
    select
      true as exists
    from
      users d
    where
      d.user_id = r.id
    limit
      1
  ) d on true
where
  d.exists is null
union all
select
  'artists' as dimension,
  r.id
from
  unnest($2::integer[]) as r (id)
  left join lateral (
    select
      true as exists
    from
      artists d
    where
      d.artist_id = r.id
    limit
      1
  ) d on true
where
  d.exists is null
union all
select
  'albums' as dimension,
  r.id
from
  unnest($3::integer[]) as r (id)
  left join lateral (
    select
      true as exists
    from
      albums d
    where
      d.album_id = r.id
    limit
      1
  ) d on true
where
  d.exists is null
union all
select
  'songs' as dimension,
  r.id
from
  unnest($4::integer[]) as r (id)
  left join lateral (
    select
      true as exists
    from
      songs d
    where
      d.song_id = r.id
    limit
      1
  ) d on true
where
  d.exists is null
union all
select
  'devices' as dimension,
  r.id
from
  unnest($5::integer[]) as r (id)
  left join lateral (
    select
      true as exists
    from
      devices d
    where
      d.device_id = r.id
    limit
      1
  ) d on true
where
  d.exists is null
union all
select
  'locations' as dimension,
  r.id
from
  unnest($6::integer[]) as r (id)
  left join lateral (
    select
      true as exists
    from
      locations d
    where
      d.location_id = r.id
    limit
      1
  ) d on true
where
  d.exists is null
