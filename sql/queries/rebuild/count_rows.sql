-- The metric rows that carry a window's start, and how many of them this transaction has written.
-- Parameters: $1 timestamptz, window start. Rows: one per metric table. Rerun: reads only.
select
  'user_engagement' as metric,
  count(*)::integer as row_count,
  (
    count(*) filter (
      where
        xmin = pg_current_xact_id()::xid
    )
  )::integer as written_count
from
  user_engagement_metrics
where
  time_window = $1::timestamptz
union all
select
  'content_performance',
  count(*)::integer,
  (
    count(*) filter (
      where
        xmin = pg_current_xact_id()::xid
    )
  )::integer
from
  content_performance_metrics
where
  time_window = $1::timestamptz
union all
select
  'device',
  count(*)::integer,
  (
    count(*) filter (
      where
        xmin = pg_current_xact_id()::xid
    )
  )::integer
from
  device_metrics
where
  time_window = $1::timestamptz
union all
select
  'location',
  count(*)::integer,
  (
    count(*) filter (
      where
        xmin = pg_current_xact_id()::xid
    )
  )::integer
from
  location_metrics
where
  time_window = $1::timestamptz
union all
select
  'hourly',
  count(*)::integer,
  (
    count(*) filter (
      where
        xmin = pg_current_xact_id()::xid
    )
  )::integer
from
  hourly_metrics
where
  time_window = $1::timestamptz
