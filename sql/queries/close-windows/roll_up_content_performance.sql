-- Adds up an hour's published windows per song and artist.
-- Parameters: $1 timestamptz, start of the hour; $2 timestamptz, up to where, as record_roll_up.sql returns it.
-- Rerun: only after discard_content_performance_hour.sql.
insert into
  content_performance_hours (
    time_window,
    song_id,
    artist_id,
    stream_count,
    completed_count,
    skipped_count,
    liked_count
  )
select
  $1::timestamptz,
  song_id,
  artist_id,
  sum(stream_count),
  sum(total_of_mean (completion_rate, stream_count)),
  sum(total_of_mean (skip_rate, stream_count)),
  sum(total_of_mean (like_rate, stream_count))
from
  content_performance_metrics
where
  time_window >= $1::timestamptz
  and time_window < $2::timestamptz
group by
  song_id,
  artist_id
order by
  song_id,
  artist_id
