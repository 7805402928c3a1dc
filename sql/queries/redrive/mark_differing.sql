-- Marks letters whose event_id belongs to a fact with another payload: that stays so, and they are not looked at again.
-- Parameters: $1 bigint[], letters. Rows: none. Rerun: changes nothing.
update dead_letters
set
  differs_from_fact = true
where
  dead_letter_id = any ($1::bigint[])
  and not differs_from_fact
