-- Stores letters that are not there yet, original bytes kept, with the references that they wait for; the letter whose
-- record was sent again and is rejected once more goes on in the new one.
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
      origin,
      event_id,
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
        origin text,
        event_id uuid,
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
        origin,
        event_id,
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
      origin,
      event_id,
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
      dead_letter_id,
      source_topic,
      source_partition,
      source_offset,
      source_timestamp,
      payload_sha256,
      reason,
      missing_references,
      origin,
      attempt,
      first_seen_at
  ),
  awaiting as (
    insert into
      awaited_references (dimension, reference_id, dead_letter_id)
    select distinct
      m.dimension,
      m.id,
      s.dead_letter_id
    from
      stored s
      cross join jsonb_to_recordset(s.missing_references) as m (dimension text, id bigint)
    where
      s.reason = 'unknown_reference'
    order by
      m.dimension,
      m.id,
      s.dead_letter_id
  ),
  succeeded as (
    update dead_letters d
    set
      state = 'resolved',
      resolution = 'rejected_again',
      settled_at = clock_timestamp()
    from
      stored s
    where
      d.state = 'redriven'
      and d.origin = s.origin
      and d.first_seen_at = s.first_seen_at
      and d.attempt < s.attempt
      and d.attempt + d.redrive_count >= s.attempt
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
