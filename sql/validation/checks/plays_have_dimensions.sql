-- Every play refers to dimensions that exist.
-- The six keys of stream_events are declared but not enforced; triggers stand in for them.
-- Rows: one per missing dimension row, with the number of plays that refer to it and one of them.
-- Parameters: none. Rerun: reads only.
with
  missing as (
    select
      e.event_id,
      r.reference,
      r.id
    from
      stream_events e
      left join users u on u.user_id = e.user_id
      left join songs s on s.song_id = e.song_id
      left join artists a on a.artist_id = e.artist_id
      left join albums b on b.album_id = e.album_id
      left join devices d on d.device_id = e.device_id
      left join locations l on l.location_id = e.location_id
      cross join lateral (
        values
          ('users', e.user_id, u.user_id),
          ('songs', e.song_id, s.song_id),
          ('artists', e.artist_id, a.artist_id),
          ('albums', e.album_id, b.album_id),
          ('devices', e.device_id, d.device_id),
          ('locations', e.location_id, l.location_id)
      ) as r (reference, id, found_id)
    where
      (
        u.user_id is null
        or s.song_id is null
        or a.artist_id is null
        or b.album_id is null
        or d.device_id is null
        or l.location_id is null
      )
      and r.found_id is null
  )
select
  reference,
  id as missing_id,
  count(*) as play_count,
  any_value (event_id) as example_event_id
from
  missing
group by
  reference,
  id
order by
  play_count desc,
  reference,
  missing_id
