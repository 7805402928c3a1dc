-- Has an hour's sums by segment follow the users who have moved to another one since: out of the one that they were in at the
-- version of a window's sums, into the present one. Other than an answer does, this may read the hour as a whole.
-- Parameters: $1 timestamptz, start of the hour, whose windows are locked. Rerun: changes nothing.
with
  stale as (
    select
      w.time_window,
      w.version
    from
      user_engagement_segment_versions w
      join user_segment_version v on w.version < v.version
    where
      w.time_window >= $1::timestamptz
      and w.time_window < $1::timestamptz + interval '1 hour'
  ),
  moves as (
    select
      w.time_window,
      s.subscription_type,
      s.age_group,
      s.sign,
      m.stream_count,
      m.total_listen_time,
      total_of_mean (m.skip_rate, m.stream_count) as skipped_count,
      total_of_mean (m.like_rate, m.stream_count) as liked_count,
      total_of_mean (m.share_rate, m.stream_count) as shared_count,
      total_of_mean (m.playlist_add_rate, m.stream_count) as added_to_playlist_count
    from
      stale w
      join user_segments_left l using (version)
      join user_engagement_metrics m on m.time_window = w.time_window
      and m.user_id = l.user_id
      left join users u on u.user_id = l.user_id
      cross join lateral (
        values
          (l.subscription_type, l.age_group, -1),
          (
            coalesce(u.subscription_type, 'unknown'),
            age_group (u.age),
            1
          )
      ) as s (subscription_type, age_group, sign)
    where
      m.time_window >= $1::timestamptz
      and m.time_window < $1::timestamptz + interval '1 hour'
  ),
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
      sum(sign),
      sum(sign * stream_count),
      sum(sign * total_listen_time),
      sum(sign * skipped_count),
      sum(sign * liked_count),
      sum(sign * shared_count),
      sum(sign * added_to_playlist_count)
    from
      moves
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
  stale
  cross join user_segment_version v
where
  w.time_window = stale.time_window
