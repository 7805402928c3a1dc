-- Orphans per reference.
-- Rows: one per reference of the facts and of the albums.
-- Parameters: none. Rerun: reads only.
with
  found as (
    select
      u.user_id is null as no_user,
      s.song_id is null as no_song,
      a.artist_id is null as no_artist,
      b.album_id is null as no_album,
      d.device_id is null as no_device,
      l.location_id is null as no_location
    from
      stream_events e
      left join users u on u.user_id = e.user_id
      left join songs s on s.song_id = e.song_id
      left join artists a on a.artist_id = e.artist_id
      left join albums b on b.album_id = e.album_id
      left join devices d on d.device_id = e.device_id
      left join locations l on l.location_id = e.location_id
  ),
  plays as materialized (
    select
      count(*) as total,
      count(*) filter (
        where
          no_user
      ) as users,
      count(*) filter (
        where
          no_song
      ) as songs,
      count(*) filter (
        where
          no_artist
      ) as artists,
      count(*) filter (
        where
          no_album
      ) as albums,
      count(*) filter (
        where
          no_device
      ) as devices,
      count(*) filter (
        where
          no_location
      ) as locations
    from
      found
  ),
  albums_of_artists as (
    select
      count(b.artist_id) as total,
      count(b.artist_id) filter (
        where
          a.artist_id is null
      ) as orphans
    from
      albums b
      left join artists a on a.artist_id = b.artist_id
  )
select
  r.reference,
  r.reference_count,
  r.orphan_count
from
  plays p
  cross join albums_of_artists b
  cross join lateral (
    values
      (1, 'stream_events.user_id', p.total, p.users),
      (2, 'stream_events.song_id', p.total, p.songs),
      (3, 'stream_events.artist_id', p.total, p.artists),
      (4, 'stream_events.album_id', p.total, p.albums),
      (5, 'stream_events.device_id', p.total, p.devices),
      (
        6,
        'stream_events.location_id',
        p.total,
        p.locations
      ),
      (7, 'albums.artist_id', b.total, b.orphans)
  ) as r (
    position,
    reference,
    reference_count,
    orphan_count
  )
order by
  r.position
