-- Plays by age group.
-- Rows: one per age group, the most played first. Parameters: none. Rerun: reads only.
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
  case
    when u.age is null then '(unknown)'
    when u.age < 18 then 'under 18'
    when u.age < 25 then '18 to 24'
    when u.age < 35 then '25 to 34'
    when u.age < 45 then '35 to 44'
    when u.age < 55 then '45 to 54'
    when u.age < 65 then '55 to 64'
    else '65 and older'
  end as age_group,
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
