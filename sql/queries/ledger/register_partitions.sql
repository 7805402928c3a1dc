-- Gives every partition of a topic a ledger row, so that the watermark waits for those that have not
-- delivered anything yet.
-- Parameters: $1 text, topic; $2 integer[], partitions. Rerun: leaves existing rows alone.
insert into
  partition_ledger (topic, partition)
select
  $1::text,
  p.partition
from
  unnest($2::integer[]) as p (partition)
where
  not exists (
    select
    from
      partition_ledger l
    where
      l.topic = $1::text
      and l.partition = p.partition
  )
on conflict (topic, partition, incarnation) do nothing
