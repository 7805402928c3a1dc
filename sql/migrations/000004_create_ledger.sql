-- What became of every offset, per topic-partition and incarnation of the topic (offsets start again
-- when a topic is deleted and created). A record counts once, when its offset enters handled_offsets.
create table partition_ledger (
  topic text not null,
  partition integer not null,
  incarnation integer not null default 1,
  handled_offsets int8multirange not null default '{}',
  accepted_count bigint not null default 0,
  duplicate_count bigint not null default 0,
  redelivered_count bigint not null default 0,
  late_count bigint not null default 0,
  rejected_counts jsonb not null default '{}',
  newest_event_at timestamptz,
  newest_record_at timestamptz,
  handled_at timestamptz not null default clock_timestamp(),
  is_idle boolean not null default false,
  primary key (topic, partition, incarnation)
);

comment on column partition_ledger.handled_offsets is 'the set of offsets with an outcome, normally one range';

comment on column partition_ledger.redelivered_count is 'records whose offset had an outcome already';

comment on column partition_ledger.late_count is 'those of the accepted plays whose window had closed';

comment on column partition_ledger.rejected_counts is 'reason code -> number of rejected records';

comment on column partition_ledger.newest_event_at is 'newest valid event time, rejected plays included';

comment on column partition_ledger.newest_record_at is 'newest time of a record by the broker''s clock';

comment on column partition_ledger.handled_at is 'when a record was handled last, or the partition was registered';

comment on column partition_ledger.is_idle is 'caught up and quiet: left out of the watermark until its next record';

-- The watermark of a topic waits until every partition is known, hence their number.
create table topic_watermarks (
  topic text primary key,
  partition_count integer not null,
  watermark timestamptz not null default '-infinity'
);

/* sql-formatter-disable */
grant select, insert, update on partition_ledger, topic_watermarks to ingest, closer;
grant select on partition_ledger, topic_watermarks to reader;
/* sql-formatter-enable */
