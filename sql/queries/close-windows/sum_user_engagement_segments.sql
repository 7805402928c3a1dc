-- Adds up a published window by what groups its users. One statement, so that the version it notes is that of the users it sees.
-- Parameters: $1 timestamptz, window start. Rerun: only after discard_user_engagement_segments.sql.
with
  -- What groups users is worked out for a few hundred sums, not for every user.
  ages as (
    select
      u.subscription_type,
      u.age,
      count(*) as active_users,
      sum(m.stream_count::double precision) as stream_count,
      sum(m.total_listen_time::double precision) as total_listen_time,
      sum(round(m.skip_rate * m.stream_count)) as skipped_count,
      sum(round(m.like_rate * m.stream_count)) as liked_count,
      sum(round(m.share_rate * m.stream_count)) as shared_count,
      sum(round(m.playlist_add_rate * m.stream_count)) as added_to_playlist_count
    from
      user_engagement_metrics m
      left join users u using (user_id)
    where
      m.time_window = $1::timestamptz
    group by
      u.subscription_type,
      u.age
  ),
  segments as (
    insert into
      user_engagement_segments (
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
      $1::timestamptz,
      coalesce(subscription_type, 'unknown'),
      age_group (age),
      sum(active_users),
      sum(stream_count),
      sum(total_listen_time),
      sum(skipped_count),
      sum(liked_count),
      sum(shared_count),
      sum(added_to_playlist_count)
    from
      ages
    group by
      2,
      3
  )
insert into
  user_engagement_segment_versions (time_window, version)
select
  $1::timestamptz,
  version
from
  user_segment_version
on conflict (time_window) do update
set
  version = excluded.version
