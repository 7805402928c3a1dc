-- Enters a micro-batch into the ledger; the rows are locked by lock_partitions.sql.
-- Parameters: $1 text, topic; $2 jsonb, array of {partition, incarnation, handled_offsets (multirange),
-- accepted_count, duplicate_count, redelivered_count, late_count, rejected_counts (the whole new object),
-- newest_event_micros or null, newest_record_ms}. Rerun: only under the same locks, in the same transaction.
merge into partition_ledger l using (
  select
    *
  from
    jsonb_to_recordset($2::jsonb) as c (
      partition integer,
      incarnation integer,
      handled_offsets text,
      accepted_count bigint,
      duplicate_count bigint,
      redelivered_count bigint,
      late_count bigint,
      rejected_counts jsonb,
      newest_event_micros bigint,
      newest_record_ms bigint
    )
) c on l.topic = $1::text
and l.partition = c.partition
and l.incarnation = c.incarnation when matched then
update
set
  handled_offsets = l.handled_offsets + c.handled_offsets::int8multirange,
  accepted_count = l.accepted_count + c.accepted_count,
  duplicate_count = l.duplicate_count + c.duplicate_count,
  redelivered_count = l.redelivered_count + c.redelivered_count,
  late_count = l.late_count + c.late_count,
  rejected_counts = c.rejected_counts,
  newest_event_at = greatest(
    l.newest_event_at,
    timestamptz '1970-01-01 00:00:00+00' + c.newest_event_micros * interval '1 microsecond'
  ),
  newest_record_at = greatest(
    l.newest_record_at,
    timestamptz '1970-01-01 00:00:00+00' + c.newest_record_ms * interval '1 millisecond'
  ),
  handled_at = clock_timestamp(),
  is_idle = false when not matched then insert (
    topic,
    partition,
    incarnation,
    handled_offsets,
    accepted_count,
    duplicate_count,
    redelivered_count,
    late_count,
    rejected_counts,
    newest_event_at,
    newest_record_at
  )
values
  (
    $1::text,
    c.partition,
    c.incarnation,
    c.handled_offsets::int8multirange,
    c.accepted_count,
    c.duplicate_count,
    c.redelivered_count,
    c.late_count,
    c.rejected_counts,
    timestamptz '1970-01-01 00:00:00+00' + c.newest_event_micros * interval '1 microsecond',
    timestamptz '1970-01-01 00:00:00+00' + c.newest_record_ms * interval '1 millisecond'
  )
