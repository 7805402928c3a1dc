-- Adds up an hour's published windows, up to where it is rolled up, per user.
-- Parameters: $1 timestamptz, start of the hour; $2 timestamptz, as record_roll_up.sql returns it. Rerun: only after discard_user_engagement_hour.sql.
insert into
  user_engagement_hours (
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
  $1::timestamptz,
  user_id,
  sum(stream_count),
  sum(total_listen_time),
  sum(total_of_mean (skip_rate, stream_count)),
  sum(total_of_mean (like_rate, stream_count)),
  sum(total_of_mean (share_rate, stream_count)),
  sum(total_of_mean (playlist_add_rate, stream_count))
from
  user_engagement_metrics
where
  time_window >= $1::timestamptz
  and time_window < $2::timestamptz
group by
  user_id
order by
  user_id
