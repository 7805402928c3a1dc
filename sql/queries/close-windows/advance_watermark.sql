-- Moves a topic's watermark to the minimum over its partitions of the newest event time less the allowed
-- lateness, never back. Idle partitions are left out; while a partition that is not idle has delivered
-- nothing, or is not known yet, it stays. When all are idle it goes to min(database clock - lateness, end
-- of the newest window that holds a play), so that the last windows of a stopped stream close too; where no
-- window holds a play it stays, since the clock alone may be wrong (least() would skip the null).
-- Parameters: $1 text, topic; $2 bigint, allowed lateness in ms.
-- Row: one; is_closing_due tells whether an open window that holds plays ends at or before the watermark.
-- Rerun: monotone.
with
  partitions as (
    select distinct
      on (partition) partition,
      newest_event_at,
      is_idle
    from
      partition_ledger
    where
      topic = $1::text
    order by
      partition,
      incarnation desc
  ),
  candidate as (
    select
      case
        when count(*) = 0 then null
        when bool_and(is_idle) then (
          select
            least(
              clock_timestamp() - $2::bigint * interval '1 millisecond',
              max(p.window_start + f.window_size)
            )
          from
            window_partials p
            join window_frontiers f using (window_kind)
          having
            count(*) > 0
        )
        when bool_or(newest_event_at is null) filter (
          where
            not is_idle
        ) then null
        else min(newest_event_at) filter (
          where
            not is_idle
        ) - $2::bigint * interval '1 millisecond'
      end as watermark,
      count(*) as partition_count
    from
      partitions
  ),
  advanced as (
    update topic_watermarks w
    set
      watermark = c.watermark
    from
      candidate c
    where
      w.topic = $1::text
      and c.partition_count >= w.partition_count
      and c.watermark > w.watermark
    returning
      w.watermark
  ),
  watermark as (
    select
      coalesce(
        (
          select
            watermark
          from
            advanced
        ),
        (
          select
            watermark
          from
            topic_watermarks
          where
            topic = $1::text
        )
      ) as watermark
  )
select
  exists (
    select
    from
      watermark w
      cross join window_frontiers f
      -- One row by the index of what may be thousands: a window that is due is seldom there.
      cross join lateral (
        select
        from
          window_partials p
        where
          p.window_kind = f.window_kind
          and p.window_start > f.closed_until - f.window_size
          and p.window_start <= w.watermark - f.window_size
        limit
          1
      ) due
  ) as is_closing_due
