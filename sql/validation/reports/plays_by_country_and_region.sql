-- Plays by country and region.
-- Rows: one per country and region, the most played first. Parameters: none. Rerun: reads only.
with
  plays as (
    select
      location_id,
      count(*) as play_count,
      sum(stream_duration_seconds) as listened_seconds
    from
      stream_events
    group by
      location_id
  )
select
  coalesce(l.country, '(unknown)') as country,
  coalesce(l.region, '(unknown)') as region,
  sum(p.play_count) as play_count,
  round(
    100 * sum(p.play_count) / sum(sum(p.play_count)) over (),
    1
  ) as share_percent,
  round(
    sum(p.listened_seconds)::numeric / sum(p.play_count),
    1
  ) as avg_listen_seconds
from
  plays p
  left join locations l on l.location_id = p.location_id
group by
  1,
  2
order by
  play_count desc,
  1,
  2
