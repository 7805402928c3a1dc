-- Letters that an operator wants to send again or to bury, locked until the transaction ends; whom the scheduled redrive
-- or another operator holds is left to them.
-- Parameters: $1 bigint[], letters. Rows: one per letter that nobody holds. Rerun: reads and locks only.
select
  dead_letter_id::text,
  state,
  resolution,
  source_topic,
  source_partition,
  source_offset::text,
  (
    extract(
      epoch
      from
        source_timestamp
    ) * 1000
  )::bigint::text as source_timestamp_ms,
  reason,
  attempt + redrive_count as attempt,
  to_char(
    first_seen_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as first_seen_at,
  origin,
  original_key,
  original_value,
  mended_value,
  original_headers
from
  dead_letters
where
  dead_letter_id = any ($1::bigint[])
order by
  dead_letter_id
for update
  skip locked
