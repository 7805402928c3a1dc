-- All letters of a record, which has one for each time that it was rejected.
-- Parameters: $1 text, origin; $2 timestamptz, when it was first seen. Rows: one per letter, oldest first.
-- Rerun: reads only.
select
  dead_letter_id::text
from
  dead_letters
where
  origin = $1::text
  and first_seen_at = $2::timestamptz
order by
  attempt,
  dead_letters.dead_letter_id
