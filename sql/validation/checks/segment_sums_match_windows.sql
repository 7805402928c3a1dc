-- What charts read of a window's users by segment is what its metric rows and the users say, at this moment.
-- Rows: one per window with segments that differ, with their number, or without a version, without which nobody who moves to
-- another segment would be noticed. Parameters: none. Rerun: reads only.
with
  expected as (
    select
      m.time_window,
      coalesce(u.subscription_type, 'unknown') as subscription_type,
      age_group (u.age) as age_group,
      count(*) as active_users,
      sum(m.stream_count) as stream_count,
      sum(m.total_listen_time) as total_listen_time,
      sum(round(m.skip_rate * m.stream_count)) as skipped_count,
      sum(round(m.like_rate * m.stream_count)) as liked_count,
      sum(round(m.share_rate * m.stream_count)) as shared_count,
      sum(round(m.playlist_add_rate * m.stream_count)) as added_to_playlist_count
    from
      user_engagement_metrics m
      left join users u using (user_id)
    group by
      1,
      2,
      3
  ),
  stored as (
    select
      *
    from
      engagement_by_window
    where
      is_final
  ),
  problems as (
    select
      time_window,
      'differs' as problem
    from
      expected x
      full join stored s using (time_window, subscription_type, age_group)
    where
      (
        x.active_users,
        x.stream_count,
        x.total_listen_time,
        x.skipped_count,
        x.liked_count,
        x.shared_count,
        x.added_to_playlist_count
      ) is distinct from (
        s.active_users,
        s.stream_count,
        s.total_listen_time,
        s.skipped_count,
        s.liked_count,
        s.shared_count,
        s.added_to_playlist_count
      )
    union all
    select
      s.time_window,
      'no version'
    from
      user_engagement_segments s
      left join user_engagement_segment_versions v using (time_window)
    where
      v.version is null
  )
select
  time_window,
  problem,
  count(*) as segment_count
from
  problems
group by
  time_window,
  problem
order by
  time_window,
  problem
