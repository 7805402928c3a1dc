-- Dead letters of rows of users that hold any content.
-- Parameters: none. Rows: dead_letter_id bigint; original_key, original_value, mended_value bytea, each may be null.
-- Reads only.
select
  dead_letter_id,
  original_key,
  original_value,
  mended_value
from
  dead_letters
where
  source_topic = 'users'
  and (
    original_value is not null
    or mended_value is not null
  )
order by
  dead_letter_id
