-- The ten songs with the most plays.
-- By song_id, as titles repeat; a song that was played under several artists is one row and names them all, the most
-- played first.
-- Rows: at most ten. Parameters: none. Rerun: reads only.
with
  by_artist as (
    select
      song_id,
      artist_id,
      count(*) as play_count,
      count(*) filter (
        where
          is_complete_play
      ) as complete_count
    from
      stream_events
    group by
      song_id,
      artist_id
  ),
  by_song as (
    select
      p.song_id,
      sum(p.play_count) as play_count,
      sum(p.complete_count) as complete_count,
      string_agg(
        coalesce(a.name, '#' || p.artist_id),
        ', '
        order by
          p.play_count desc,
          p.artist_id
      ) as artists
    from
      by_artist p
      left join artists a on a.artist_id = p.artist_id
    group by
      p.song_id
    order by
      play_count desc,
      p.song_id
    limit
      10
  )
select
  t.song_id,
  s.title,
  t.artists,
  t.play_count,
  round(100.0 * t.complete_count / t.play_count, 1) as complete_percent
from
  by_song t
  left join songs s on s.song_id = t.song_id
order by
  t.play_count desc,
  t.song_id
