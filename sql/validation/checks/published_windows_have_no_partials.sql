-- The partial aggregates of a published window are gone.
-- What is left would be seen twice in the live views.
-- Rows: one per table and window. Parameters: none. Rerun: reads only.
with
  left_over as (
    select
      window_kind,
      window_start,
      'window_partials' as partial_table
    from
      window_partials
    union all
    select
      'minutes',
      time_window,
      'user_engagement_partials'
    from
      user_engagement_partials
    union all
    select
      'minutes',
      time_window,
      'content_performance_partials'
    from
      content_performance_partials
    union all
    select
      'minutes',
      time_window,
      'device_partials'
    from
      device_partials
    union all
    select
      'minutes',
      time_window,
      'location_partials'
    from
      location_partials
    union all
    select
      'hourly',
      time_window,
      'hourly_partials'
    from
      hourly_partials
  )
select
  l.partial_table,
  l.window_kind,
  l.window_start,
  count(*) as partial_count
from
  left_over l
  join window_publications p on p.window_kind = l.window_kind
  and p.window_start = l.window_start
group by
  l.partial_table,
  l.window_kind,
  l.window_start
order by
  l.window_start,
  l.partial_table
