-- Locks the ledger rows of a micro-batch's partitions, in one order, until the transaction ends, so that
-- a record delivered twice at once is handled by one after the other.
-- Parameters: $1 text, topic; $2 integer[], partitions. Rows: one per incarnation of each partition.
-- Rerun: reads only.
select
  partition,
  incarnation,
  handled_offsets::text as handled_offsets,
  rejected_counts,
  (
    extract(
      epoch
      from
        newest_record_at
    ) * 1000
  )::bigint as newest_record_ms
from
  partition_ledger
where
  topic = $1::text
  and partition = any ($2::integer[])
order by
  partition,
  incarnation
for update
