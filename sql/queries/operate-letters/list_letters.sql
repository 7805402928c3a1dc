-- The newest letters that a filter means, without their payload.
-- Parameters: $1 jsonb, filter of matching_letters(); $2 integer, limit. Rows: one per letter, times RFC 3339, each with
-- the number of all that are meant. Rerun: reads only.
select
  dead_letter_id::text,
  state,
  resolution,
  reason,
  detail,
  missing_references,
  source_topic,
  source_partition,
  source_offset::text,
  to_char(
    source_timestamp at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
  ) as taken_at,
  attempt + redrive_count as attempt,
  to_char(
    due_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
  ) as due_at,
  count(*) over ()::integer as total_count
from
  matching_letters ($1::jsonb)
order by
  matching_letters.dead_letter_id desc
limit
  $2::integer
