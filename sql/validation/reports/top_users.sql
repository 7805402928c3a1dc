-- The ten users with the most plays.
-- Rows: at most ten. Parameters: none. Rerun: reads only.
with
  by_song as (
    select
      user_id,
      song_id,
      count(*) as play_count,
      sum(stream_duration_seconds) as listened_seconds,
      count(*) filter (
        where
          is_skipped
      ) as skipped_count
    from
      stream_events
    group by
      user_id,
      song_id
  )
select
  user_id,
  sum(play_count) as play_count,
  round(sum(listened_seconds) / 3600.0, 2) as listened_hours,
  count(*) as song_count,
  round(100 * sum(skipped_count) / sum(play_count), 1) as skipped_percent
from
  by_song
group by
  user_id
order by
  sum(play_count) desc,
  user_id
limit
  10
