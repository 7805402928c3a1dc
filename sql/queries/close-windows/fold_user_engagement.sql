-- Makes one partial aggregate per key out of many. Parameters: $1 timestamptz, window start.
-- Rerun: folds rows into themselves.
with
  taken as (
    delete from user_engagement_partials
    where
      time_window = $1::timestamptz
    returning
      *
  )
insert into
  user_engagement_partials (
    time_window,
    user_id,
    stream_count,
    total_listen_time,
    skipped_count,
    liked_count,
    shared_count,
    added_to_playlist_count
  )
select
  time_window,
  user_id,
  sum(stream_count),
  sum(total_listen_time),
  sum(skipped_count),
  sum(liked_count),
  sum(shared_count),
  sum(added_to_playlist_count)
from
  taken
group by
  time_window,
  user_id
