-- Every metric row refers to dimensions that exist.
-- The keys of the metric tables are declared but not enforced.
-- Rows: one per missing dimension row and table. Parameters: none. Rerun: reads only.
with
  referred as (
    select
      'user_engagement_metrics' as metric_table,
      'users' as reference,
      user_id as id,
      count(*) as row_count
    from
      user_engagement_metrics
    group by
      user_id
    union all
    select
      'content_performance_metrics',
      'songs',
      song_id,
      count(*)
    from
      content_performance_metrics
    group by
      song_id
    union all
    select
      'content_performance_metrics',
      'artists',
      artist_id,
      count(*)
    from
      content_performance_metrics
    group by
      artist_id
    union all
    select
      'device_metrics',
      'devices',
      device_id,
      count(*)
    from
      device_metrics
    group by
      device_id
    union all
    select
      'location_metrics',
      'locations',
      location_id,
      count(*)
    from
      location_metrics
    group by
      location_id
  ),
  existing as (
    select
      'users' as reference,
      user_id as id
    from
      users
    union all
    select
      'songs',
      song_id
    from
      songs
    union all
    select
      'artists',
      artist_id
    from
      artists
    union all
    select
      'devices',
      device_id
    from
      devices
    union all
    select
      'locations',
      location_id
    from
      locations
  )
select
  r.metric_table,
  r.reference,
  r.id as missing_id,
  r.row_count
from
  referred r
  left join existing x using (reference, id)
where
  x.id is null
order by
  r.metric_table,
  r.reference,
  r.id
