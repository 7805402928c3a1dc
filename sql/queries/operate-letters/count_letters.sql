-- Letters that a filter means by reason, state and topic.
-- Parameters: $1 jsonb, filter of matching_letters(). Rows: one per reason, state and topic; oldest_at and newest_at
-- RFC 3339, when Kafka took the records. Rerun: reads only.
select
  reason,
  state,
  source_topic as topic,
  count(*)::integer as letter_count,
  to_char(
    min(source_timestamp) at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
  ) as oldest_at,
  to_char(
    max(source_timestamp) at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
  ) as newest_at
from
  matching_letters ($1::jsonb)
group by
  reason,
  state,
  source_topic
order by
  reason,
  state,
  source_topic
