-- What the closer must know before it asks Kafka for end offsets.
-- Parameters: $1 text, topic; $2 bigint, idle time-out in ms.
-- Rows: one per partition, newest incarnation; next_offset follows the newest handled one. Rerun: reads only.
-- What was handled further ahead than the time-out is of a clock that was put back: nobody knows how long ago that was,
-- and waiting until the clock has come as far again would keep the last windows open until then.
select distinct
  on (partition) partition,
  incarnation,
  coalesce(upper(handled_offsets), 0) as next_offset,
  is_idle,
  clock_timestamp() not between handled_at - $2::bigint * interval '1 millisecond' and handled_at + $2::bigint * interval '1 millisecond' as is_quiet
from
  partition_ledger
where
  topic = $1::text
order by
  partition,
  incarnation desc
