-- Plays by device type and operating system.
-- Rows: one per device type and system, the most played first. Parameters: none. Rerun: reads only.
with
  plays as (
    select
      device_id,
      count(*) as play_count,
      sum(stream_duration_seconds) as listened_seconds,
      count(*) filter (
        where
          is_complete_play
      ) as complete_count
    from
      stream_events
    group by
      device_id
  )
select
  coalesce(d.device_type, '(unknown)') as device_type,
  coalesce(d.os, '(unknown)') as os,
  sum(p.play_count) as play_count,
  round(
    100 * sum(p.play_count) / sum(sum(p.play_count)) over (),
    1
  ) as share_percent,
  round(
    sum(p.listened_seconds)::numeric / sum(p.play_count),
    1
  ) as avg_listen_seconds,
  round(
    100 * sum(p.complete_count) / sum(p.play_count),
    1
  ) as complete_percent
from
  plays p
  left join devices d on d.device_id = p.device_id
group by
  1,
  2
order by
  play_count desc,
  1,
  2
