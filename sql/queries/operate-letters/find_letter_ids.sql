-- The letters that a filter means, with the bytes that they take, in the order in which they were stored.
-- Parameters: $1 jsonb, filter of matching_letters(). Rows: one per letter. Rerun: reads only.
select
  dead_letter_id::text,
  coalesce(octet_length(original_key), 0) + coalesce(octet_length(original_value), 0) + coalesce(octet_length(mended_value), 0) + octet_length(original_headers::text) as byte_count
from
  matching_letters ($1::jsonb)
order by
  matching_letters.dead_letter_id
