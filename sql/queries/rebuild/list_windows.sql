-- Windows of both sizes that overlap [$1, $2) and of which anything is stored: facts, metric rows, partial
-- aggregates, a publication, or revision marks (what was altered by hand may have left any one of them alone).
-- Parameters: $1, $2 timestamptz. Rows: window_kind, window_start, window_end, is_closed; oldest first.
-- Rerun: reads only.
with
  sizes as materialized (
    select
      *,
      date_bin(
        window_size,
        $1::timestamptz,
        timestamptz '1970-01-01 00:00:00+00'
      ) as first_start
    from
      window_frontiers
  ),
  metric_windows as (
    select
      'minutes' as window_kind,
      time_window
    from
      user_engagement_metrics
    union all
    select
      'minutes',
      time_window
    from
      content_performance_metrics
    union all
    select
      'minutes',
      time_window
    from
      device_metrics
    union all
    select
      'minutes',
      time_window
    from
      location_metrics
    union all
    select
      'hourly',
      time_window
    from
      hourly_metrics
  ),
  stored as (
    select
      window_kind,
      time_window as window_start
    from
      metric_windows
    where
      time_window >= (
        select
          min(first_start)
        from
          sizes
      )
      and time_window < $2::timestamptz
    union
    select
      window_kind,
      window_start
    from
      window_publications
    union
    select
      window_kind,
      window_start
    from
      window_partials
    union
    select
      window_kind,
      window_start
    from
      revision_marks
    union
    select
      s.window_kind,
      date_bin(
        s.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      )
    from
      stream_events e
      cross join sizes s
    where
      e."timestamp" >= (
        select
          min(first_start)
        from
          sizes
      )
      and e."timestamp" < $2::timestamptz + (
        select
          max(window_size)
        from
          sizes
      )
  )
select
  w.window_kind,
  w.window_start,
  w.window_start + s.window_size as window_end,
  w.window_start + s.window_size <= s.closed_until as is_closed
from
  stored w
  join sizes s using (window_kind)
where
  w.window_start >= s.first_start
  and w.window_start < $2::timestamptz
order by
  w.window_start,
  w.window_kind
