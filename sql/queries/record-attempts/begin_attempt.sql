-- Counts an attempt at a record that begins; committed before the work. Rows that no delivery can ask for any more
-- (no source topic keeps its records for so long) go along: there is a handful of rows at any time.
-- Parameters: $1 text, topic; $2 integer, partition; $3 bigint, offset; $4 bigint, the record's timestamp in ms;
-- $5 bytea, SHA-256 of key and value. Row: one; attempt_count, this one included. Rerun: counts another attempt.
with
  forgotten as (
    delete from record_attempts
    where
      attempted_at < clock_timestamp() - interval '14 days'
      and (source_topic, source_partition, source_offset) is distinct from ($1::text, $2::integer, $3::bigint)
  )
insert into
  record_attempts as a (
    source_topic,
    source_partition,
    source_offset,
    source_timestamp,
    payload_sha256
  )
values
  (
    $1::text,
    $2::integer,
    $3::bigint,
    timestamptz '1970-01-01 00:00:00+00' + $4::bigint * interval '1 millisecond',
    $5::bytea
  )
on conflict (
  source_topic,
  source_partition,
  source_offset,
  source_timestamp,
  payload_sha256
) do update
set
  attempt_count = a.attempt_count + 1,
  attempted_at = clock_timestamp()
returning
  attempt_count
