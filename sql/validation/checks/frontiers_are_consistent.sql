-- Both frontiers exist, are aligned to their window size and lie no further than the windows of the newest play.
-- The longest of these counts: when a stream stops, the watermark goes to its end, and the others' frontiers with it.
-- Rows: one per frontier and problem. Parameters: none. Rerun: reads only.
with
  newest as (
    select
      max(newest_event_at) as event_at
    from
      partition_ledger
    where
      topic = 'stream-events'
  )
select
  k.window_kind,
  f.closed_until,
  'is missing' as problem
from
  (
    values
      ('minutes'),
      ('hourly')
  ) as k (window_kind)
  left join window_frontiers f using (window_kind)
where
  f.window_kind is null
  and exists (
    select
    from
      stream_events
  )
union all
select
  window_kind,
  closed_until,
  'is infinite'
from
  window_frontiers
where
  closed_until = timestamptz 'infinity'
union all
select
  window_kind,
  closed_until,
  'is no multiple of ' || window_size
from
  window_frontiers
where
  isfinite(closed_until)
  and closed_until <> date_bin(
    window_size,
    closed_until,
    timestamptz '1970-01-01 00:00:00+00'
  )
union all
select
  f.window_kind,
  f.closed_until,
  'is later than the window of the newest play, ' || coalesce(n.event_at::text, 'of which there is none')
from
  window_frontiers f
  cross join newest n
where
  isfinite(f.closed_until)
  and f.closed_until > coalesce(
    (
      select
        max(
          date_bin(
            l.window_size,
            n.event_at,
            timestamptz '1970-01-01 00:00:00+00'
          ) + l.window_size
        )
      from
        window_frontiers l
    ),
    timestamptz '-infinity'
  )
order by
  window_kind,
  problem
