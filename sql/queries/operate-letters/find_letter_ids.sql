-- The letters that a filter means, with what their values take, in the order in which they were stored.
-- Parameters: $1 jsonb, filter of matching_letters(). Rows: one per letter. Rerun: reads only.
select
  dead_letter_id::text,
  coalesce(octet_length(original_value), 0) as byte_count
from
  matching_letters ($1::jsonb)
order by
  matching_letters.dead_letter_id
