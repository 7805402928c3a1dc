-- Every window with metric rows is recorded as published, and only closed windows are.
-- A published window beyond the frontier means that the frontier has gone back.
-- Rows: one per window and problem. Parameters: none. Rerun: reads only.
with
  metric_windows as (
    select
      'minutes' as window_kind,
      time_window,
      'user_engagement_metrics' as metric_table
    from
      user_engagement_metrics
    group by
      time_window
    union all
    select
      'minutes',
      time_window,
      'content_performance_metrics'
    from
      content_performance_metrics
    group by
      time_window
    union all
    select
      'minutes',
      time_window,
      'device_metrics'
    from
      device_metrics
    group by
      time_window
    union all
    select
      'minutes',
      time_window,
      'location_metrics'
    from
      location_metrics
    group by
      time_window
    union all
    select
      'hourly',
      time_window,
      'hourly_metrics'
    from
      hourly_metrics
    group by
      time_window
  )
select
  m.window_kind,
  m.time_window,
  'rows in ' || string_agg(
    m.metric_table,
    ', '
    order by
      m.metric_table
  ) || ', but not recorded as published' as problem
from
  metric_windows m
  left join window_publications p on p.window_kind = m.window_kind
  and p.window_start = m.time_window
where
  p.window_start is null
group by
  m.window_kind,
  m.time_window
union all
select
  p.window_kind,
  p.window_start,
  'published, though windows are closed until ' || f.closed_until || ' only'
from
  window_publications p
  join window_frontiers f using (window_kind)
where
  p.window_start + f.window_size > f.closed_until
union all
select
  p.window_kind,
  p.window_start,
  'does not start at a multiple of ' || f.window_size
from
  window_publications p
  join window_frontiers f using (window_kind)
where
  p.window_start <> date_bin(
    f.window_size,
    p.window_start,
    timestamptz '1970-01-01 00:00:00+00'
  )
order by
  window_kind,
  time_window,
  problem
