-- First publication of a window: its partial aggregates become metric rows and are deleted.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to merge.
with
  taken as (
    delete from content_performance_partials
    where
      time_window = $1::timestamptz
    returning
      *
  )
insert into
  content_performance_metrics (
    time_window,
    song_id,
    artist_id,
    stream_count,
    completion_rate,
    skip_rate,
    like_rate
  )
select
  time_window,
  song_id,
  artist_id,
  sum(stream_count),
  sum(completed_count)::double precision / sum(stream_count),
  sum(skipped_count)::double precision / sum(stream_count),
  sum(liked_count)::double precision / sum(stream_count)
from
  taken
group by
  time_window,
  song_id,
  artist_id
order by
  song_id,
  artist_id
