-- Stores letters that are not there yet, original bytes kept.
-- Parameters: $1 jsonb, array of letters; bytes are base64.
-- Rows: the ordinals of the letters that are new. Rerun: the identity absorbs the second copy.
with
  letters as materialized (
    select
      ordinal,
      source_topic,
      source_partition,
      source_offset,
      timestamptz '1970-01-01 00:00:00+00' + source_timestamp_ms * interval '1 millisecond' as source_timestamp,
      decode(payload_sha256, 'base64') as payload_sha256,
      reason,
      detail,
      missing_references,
      attempt,
      first_seen_at,
      handler_version,
      decode(original_key, 'base64') as original_key,
      decode(original_value, 'base64') as original_value,
      original_headers
    from
      jsonb_to_recordset($1::jsonb) as l (
        ordinal integer,
        source_topic text,
        source_partition integer,
        source_offset bigint,
        source_timestamp_ms bigint,
        payload_sha256 text,
        reason text,
        detail text,
        missing_references jsonb,
        attempt integer,
        first_seen_at timestamptz,
        handler_version text,
        original_key text,
        original_value text,
        original_headers jsonb
      )
  ),
  stored as (
    insert into
      dead_letters (
        source_topic,
        source_partition,
        source_offset,
        source_timestamp,
        payload_sha256,
        reason,
        detail,
        missing_references,
        attempt,
        first_seen_at,
        handler_version,
        original_key,
        original_value,
        original_headers
      )
    select
      source_topic,
      source_partition,
      source_offset,
      source_timestamp,
      payload_sha256,
      reason,
      detail,
      missing_references,
      attempt,
      first_seen_at,
      handler_version,
      original_key,
      original_value,
      original_headers
    from
      letters
    order by
      source_topic,
      source_partition,
      source_offset,
      source_timestamp,
      payload_sha256
    on conflict on constraint dead_letters_identity do nothing
    returning
      source_topic,
      source_partition,
      source_offset,
      source_timestamp,
      payload_sha256
  )
select
  min(l.ordinal) as ordinal
from
  stored s
  join letters l on l.source_topic = s.source_topic
  and l.source_partition = s.source_partition
  and l.source_offset = s.source_offset
  and l.source_timestamp = s.source_timestamp
  and l.payload_sha256 = s.payload_sha256
group by
  s.source_topic,
  s.source_partition,
  s.source_offset,
  s.source_timestamp,
  s.payload_sha256
order by
  ordinal
