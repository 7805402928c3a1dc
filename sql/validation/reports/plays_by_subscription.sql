-- Plays by subscription.
-- Rows: one per subscription type, the most played first. Parameters: none. Rerun: reads only.
with
  plays as (
    select
      user_id,
      count(*) as play_count,
      sum(stream_duration_seconds) as listened_seconds,
      count(*) filter (
        where
          is_skipped
      ) as skipped_count
    from
      stream_events
    group by
      user_id
  )
select
  coalesce(u.subscription_type, '(unknown)') as subscription_type,
  sum(p.play_count) as play_count,
  round(
    100 * sum(p.play_count) / sum(sum(p.play_count)) over (),
    1
  ) as share_percent,
  count(*) as user_count,
  round(sum(p.play_count) / count(*), 1) as plays_per_user,
  round(
    sum(p.listened_seconds)::numeric / sum(p.play_count),
    1
  ) as avg_listen_seconds,
  round(100 * sum(p.skipped_count) / sum(p.play_count), 1) as skipped_percent
from
  plays p
  left join users u on u.user_id = p.user_id
group by
  1
order by
  play_count desc,
  1
