-- What decides whether a dashboard differs from what somebody has of it, and what its period is aligned to.
-- Parameters: $1, $2 timestamptz, a span of hours (half-open) that holds the period.
-- Rows: one; window_seconds, hourly_seconds double precision, the window sizes, null before the set-up; newest_play_at text
--   (RFC 3339 in UTC), when the newest play in the tables happened, null before the first; fingerprint text, of what the
--   charts of the span are made from; a dimension's version that a redrive applies shows with the next record of any topic.
-- Reads only: one row per partition and size, and one per hour of the span. No maximum of times: a transaction that began
-- earlier may commit later, and its time would be below a maximum that has been read already. Each of these rows changes with
-- every transaction that touches it, one after the other.
with
  sizes as (
    select
      max(window_size) filter (
        where
          window_kind = 'minutes'
      ) as window_size,
      max(window_size) filter (
        where
          window_kind = 'hourly'
      ) as hourly_size,
      string_agg(
        extract(
          epoch
          from
            closed_until
        )::text,
        ' '
        order by
          window_kind
      ) as closed
    from
      window_frontiers
  ),
  handled as (
    select
      string_agg(
        extract(
          epoch
          from
            handled_at
        )::text,
        ' '
        order by
          topic,
          partition,
          incarnation
      ) as handled,
      max(newest_event_at) filter (
        where
          topic = 'stream-events'
      ) as newest_event_at
    from
      partition_ledger
  ),
  published as (
    select
      string_agg(
        extract(
          epoch
          from
            changed_at
        )::text,
        ' '
        order by
          time_window
      ) as published
    from
      hour_rollups
    where
      time_window >= $1::timestamptz
      and time_window < $2::timestamptz
  ),
  newest as (
    select
      greatest(
        (
          select
            max(window_start)
          from
            window_publications
          where
            window_kind = 'minutes'
        ),
        (
          select
            max(window_start)
          from
            window_partials
          where
            window_kind = 'minutes'
        )
      ) as window_start
  )
select
  extract(
    epoch
    from
      window_size
  )::double precision as window_seconds,
  extract(
    epoch
    from
      hourly_size
  )::double precision as hourly_seconds,
  -- The newest time that was heard of may be that of a rejected play, which is in no window.
  case
    when window_start is not null then to_char(
      greatest(
        window_start,
        least(
          newest_event_at,
          window_start + window_size - interval '1 microsecond'
        )
      ) at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    )
  end as newest_play_at,
  md5(concat_ws('/', closed, handled, published)) as fingerprint
from
  sizes
  cross join handled
  cross join published
  cross join newest
