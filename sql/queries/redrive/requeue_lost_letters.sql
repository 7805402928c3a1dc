-- Makes letters due again that were sent and never heard of: every partition of their topic has handled records that
-- are newer, or has nothing left to handle. Records that Kafka has acknowledged and lost come so, too.
-- Parameters: $1 interval, how long an outcome may take. Rows: requeued_count integer. Rerun: what is due is not lost.
with
  requeued as (
    update dead_letters d
    set
      state = 'waiting',
      due_at = clock_timestamp()
    where
      d.state = 'redriven'
      and d.redriven_at < clock_timestamp() - $1::interval
      and not exists (
        select
        from
          partition_ledger l
        where
          l.topic = d.source_topic
          and not l.is_idle
          -- The broker's clock and this one are not the same.
          and coalesce(l.newest_record_at, '-infinity') < d.redriven_at + interval '1 minute'
          and not exists (
            select
            from
              partition_ledger newer
            where
              newer.topic = l.topic
              and newer.partition = l.partition
              and newer.incarnation > l.incarnation
          )
      )
    returning
      d.dead_letter_id
  )
select
  count(*)::integer as requeued_count
from
  requeued
