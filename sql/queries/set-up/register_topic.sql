-- Tells the watermark of a topic how many partitions to wait for; a number that shrinks is kept (topics
-- never lose partitions, but a topic may be made anew with fewer: then the idle ones do no harm).
-- Parameters: $1 text, topic; $2 integer, number of partitions. Rerun: no change, and no lock on the row.
insert into
  topic_watermarks as w (topic, partition_count)
values
  ($1::text, $2::integer)
on conflict (topic) do update
set
  partition_count = excluded.partition_count
where
  w.partition_count < excluded.partition_count
