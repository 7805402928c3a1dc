-- Forgets the attempts at a record: one of them has ended.
-- Parameters: as begin_attempt.sql. Rerun: nothing is left to delete.
delete from record_attempts
where
  source_topic = $1::text
  and source_partition = $2::integer
  and source_offset = $3::bigint
  and source_timestamp = timestamptz '1970-01-01 00:00:00+00' + $4::bigint * interval '1 millisecond'
  and payload_sha256 = $5::bytea
