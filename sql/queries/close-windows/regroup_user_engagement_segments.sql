-- Has an hour's sums by segment follow the users who have moved to another one since: out of the one that they were in at the
-- version of a window's sums, into the present one. One statement, so that the version it notes is that of the users it sees.
-- Parameters: $1 timestamptz, start of the hour, whose windows are locked. Rerun: changes nothing.
with
  moved as (
    insert into
      user_engagement_segments as s (
        time_window,
        subscription_type,
        age_group,
        active_users,
        stream_count,
        total_listen_time,
        skipped_count,
        liked_count,
        shared_count,
        added_to_playlist_count
      )
    select
      time_window,
      subscription_type,
      age_group,
      sum(active_users),
      sum(stream_count),
      sum(total_listen_time),
      sum(skipped_count),
      sum(liked_count),
      sum(shared_count),
      sum(added_to_playlist_count)
    from
      user_segment_moves
    where
      time_window >= $1::timestamptz
      and time_window < $1::timestamptz + interval '1 hour'
    group by
      time_window,
      subscription_type,
      age_group
    on conflict (time_window, subscription_type, age_group) do update
    set
      active_users = s.active_users + excluded.active_users,
      stream_count = s.stream_count + excluded.stream_count,
      total_listen_time = s.total_listen_time + excluded.total_listen_time,
      skipped_count = s.skipped_count + excluded.skipped_count,
      liked_count = s.liked_count + excluded.liked_count,
      shared_count = s.shared_count + excluded.shared_count,
      added_to_playlist_count = s.added_to_playlist_count + excluded.added_to_playlist_count
  )
update user_engagement_segment_versions w
set
  version = v.version
from
  user_segment_version v
where
  w.version < v.version
  and w.time_window >= $1::timestamptz
  and w.time_window < $1::timestamptz + interval '1 hour'
