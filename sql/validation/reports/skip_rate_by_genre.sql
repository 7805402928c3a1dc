-- Skip rate by genre of the song.
-- Rows: one per genre, the most played first. Parameters: none. Rerun: reads only.
with
  plays as (
    select
      song_id,
      count(*) as play_count,
      count(*) filter (
        where
          is_skipped
      ) as skipped_count
    from
      stream_events
    group by
      song_id
  )
select
  coalesce(s.genre, '(unknown)') as genre,
  sum(p.play_count) as play_count,
  round(
    100 * sum(p.play_count) / sum(sum(p.play_count)) over (),
    1
  ) as share_percent,
  sum(p.skipped_count) as skipped_count,
  round(100 * sum(p.skipped_count) / sum(p.play_count), 1) as skipped_percent
from
  plays p
  left join songs s on s.song_id = p.song_id
group by
  1
order by
  play_count desc,
  1
