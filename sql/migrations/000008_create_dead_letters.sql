-- A letter's identity holds more than its position: offsets repeat when a topic is made anew.
create table dead_letters (
  dead_letter_id bigint generated always as identity primary key,
  source_topic text not null,
  source_partition integer not null,
  source_offset bigint not null,
  source_timestamp timestamptz not null,
  payload_sha256 bytea not null,
  reason text not null,
  detail text not null,
  missing_references jsonb not null default '[]',
  attempt integer not null default 1,
  first_seen_at timestamptz not null,
  handler_version text not null,
  original_key bytea,
  original_value bytea,
  original_headers jsonb not null default '[]',
  state text not null default 'waiting' check (
    state in ('waiting', 'redriven', 'resolved', 'buried')
  ),
  stored_at timestamptz not null default now(),
  constraint dead_letters_identity unique (
    source_topic,
    source_partition,
    source_offset,
    source_timestamp,
    payload_sha256
  )
);

comment on column dead_letters.payload_sha256 is 'SHA-256 over the lengths and bytes of key and value';

comment on column dead_letters.original_headers is 'array of [name, value], both in base64 (jsonb takes no U+0000), producer order';

create index dead_letters_reason_idx on dead_letters (reason, stored_at);

/* sql-formatter-disable */
grant select, insert on dead_letters to ingest;
grant select on dead_letters to closer, reader;
/* sql-formatter-enable */
