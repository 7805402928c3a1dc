-- Makes one partial aggregate per key out of many. Parameters: $1 timestamptz, window start.
-- Rerun: folds rows into themselves.
with
  taken as (
    delete from content_performance_partials
    where
      time_window = $1::timestamptz
    returning
      *
  )
insert into
  content_performance_partials (
    time_window,
    song_id,
    artist_id,
    stream_count,
    completed_count,
    skipped_count,
    liked_count
  )
select
  time_window,
  song_id,
  artist_id,
  sum(stream_count),
  sum(completed_count),
  sum(skipped_count),
  sum(liked_count)
from
  taken
group by
  time_window,
  song_id,
  artist_id
