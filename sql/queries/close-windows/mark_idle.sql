-- Leaves partitions out of the watermark until their next record. A partition that has handled a record
-- since it was looked at is not marked. Locked in the order of lock_partitions.sql: no deadlock with a micro-batch.
-- Parameters: $1 text, topic; $2 jsonb, array of {partition, incarnation, next_offset}. Rerun: no change.
with
  quiet as (
    select
      l.topic,
      l.partition,
      l.incarnation
    from
      partition_ledger l
      join jsonb_to_recordset($2::jsonb) as seen (
        partition integer,
        incarnation integer,
        next_offset bigint
      ) on seen.partition = l.partition
      and seen.incarnation = l.incarnation
    where
      l.topic = $1::text
      and coalesce(upper(l.handled_offsets), 0) = seen.next_offset
      and not l.is_idle
    order by
      l.partition,
      l.incarnation
    for update of
      l
  )
update partition_ledger l
set
  is_idle = true
from
  quiet q
where
  l.topic = q.topic
  and l.partition = q.partition
  and l.incarnation = q.incarnation
