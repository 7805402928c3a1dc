-- Every album refers to an artist that exists.
-- Rows: one per album without its artist. Parameters: none. Rerun: reads only.
select
  b.album_id,
  b.artist_id as missing_artist_id
from
  albums b
  left join artists a on a.artist_id = b.artist_id
where
  b.artist_id is not null
  and a.artist_id is null
order by
  b.album_id
