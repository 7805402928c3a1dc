-- A published window changes only through a recorded revision.
-- Rows: one per metric table and window whose rows are newer, or oftener revised, than its publication says.
-- Parameters: none. Rerun: reads only.
with
  changes as (
    select
      'minutes' as window_kind,
      'user_engagement_metrics' as metric_table,
      time_window,
      max(revision) as row_revision,
      max(updated_at) as row_updated_at
    from
      user_engagement_metrics
    group by
      time_window
    union all
    select
      'minutes',
      'content_performance_metrics',
      time_window,
      max(revision),
      max(updated_at)
    from
      content_performance_metrics
    group by
      time_window
    union all
    select
      'minutes',
      'device_metrics',
      time_window,
      max(revision),
      max(updated_at)
    from
      device_metrics
    group by
      time_window
    union all
    select
      'minutes',
      'location_metrics',
      time_window,
      max(revision),
      max(updated_at)
    from
      location_metrics
    group by
      time_window
    union all
    select
      'hourly',
      'hourly_metrics',
      time_window,
      max(revision),
      max(updated_at)
    from
      hourly_metrics
    group by
      time_window
  )
select
  c.metric_table,
  c.time_window,
  c.row_revision,
  p.revision as recorded_revision,
  c.row_updated_at,
  p.revised_at as recorded_at
from
  changes c
  join window_publications p on p.window_kind = c.window_kind
  and p.window_start = c.time_window
where
  c.row_revision > p.revision
  or c.row_updated_at > p.revised_at
order by
  c.metric_table,
  c.time_window
