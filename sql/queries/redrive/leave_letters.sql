-- Leaves letters to an operator: nothing can be done with them as they are.
-- Parameters: $1 bigint[], letters. Rows: none. Rerun: changes nothing.
update dead_letters
set
  due_at = null
where
  dead_letter_id = any ($1::bigint[])
  and due_at is not null
