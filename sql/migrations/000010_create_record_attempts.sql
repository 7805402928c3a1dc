-- A record that came alone and whose attempt has begun: committed before the work, so that it outlives a handler
-- that dies of the record. The identity is that of dead_letters.
create table record_attempts (
  source_topic text not null,
  source_partition integer not null,
  source_offset bigint not null,
  source_timestamp timestamptz not null,
  payload_sha256 bytea not null,
  attempt_count integer not null default 1,
  attempted_at timestamptz not null default clock_timestamp(),
  primary key (
    source_topic,
    source_partition,
    source_offset,
    source_timestamp,
    payload_sha256
  )
);

comment on table record_attempts is 'attempts at single records that have begun and not ended; a row goes with the end of one';

comment on column record_attempts.attempt_count is 'after five that did not end the record is rejected as handler_crash';

/* sql-formatter-disable */
grant select, insert, update, delete on record_attempts to ingest;
grant select on record_attempts to reader;
/* sql-formatter-enable */
