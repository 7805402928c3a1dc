-- What the five metric tables hold.
-- Parameters: none.
-- Rows: metric_table text; row_count, window_count, stream_count bigint; first_window, last_window text (RFC 3339
--   in UTC, null when the table is empty).
-- Reads only.
with
  metrics as (
    select
      1 as position,
      'user_engagement_metrics' as metric_table,
      time_window,
      stream_count
    from
      user_engagement_metrics
    union all
    select
      2,
      'content_performance_metrics',
      time_window,
      stream_count
    from
      content_performance_metrics
    union all
    select
      3,
      'device_metrics',
      time_window,
      stream_count
    from
      device_metrics
    union all
    select
      4,
      'location_metrics',
      time_window,
      stream_count
    from
      location_metrics
    union all
    select
      5,
      'hourly_metrics',
      time_window,
      stream_count
    from
      hourly_metrics
  ),
  tables (position, metric_table) as (
    values
      (1, 'user_engagement_metrics'),
      (2, 'content_performance_metrics'),
      (3, 'device_metrics'),
      (4, 'location_metrics'),
      (5, 'hourly_metrics')
  )
select
  t.metric_table,
  count(m.time_window) as row_count,
  count(distinct m.time_window) as window_count,
  coalesce(sum(m.stream_count), 0)::bigint as stream_count,
  to_char(
    min(m.time_window) at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"'
  ) as first_window,
  to_char(
    max(m.time_window) at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"'
  ) as last_window
from
  tables t
  left join metrics m on m.position = t.position
group by
  t.position,
  t.metric_table
order by
  t.position;
