-- The handled offsets of the newest incarnation of every partition.
-- Rows: one per topic-partition; the multirange as text. Parameters: none. Rerun: reads only.
select distinct
  on (topic, partition) topic,
  partition,
  handled_offsets::text as handled_offsets
from
  partition_ledger
order by
  topic,
  partition,
  incarnation desc
