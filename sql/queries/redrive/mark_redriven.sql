-- Notes that letters were sent again, and by whom.
-- Parameters: $1 bigint[], letters; $2 text, actor; $3 text, the operator's note or null. Rows: none. Rerun: counts once
-- more; only in the transaction that chose them.
with
  redriven as (
    update dead_letters
    set
      state = 'redriven',
      redriven_at = clock_timestamp(),
      redrive_count = redrive_count + 1,
      due_at = null,
      resolution = null,
      settled_at = null
    where
      dead_letter_id = any ($1::bigint[])
    returning
      dead_letter_id
  )
insert into
  dead_letter_actions (dead_letter_id, action, actor, note)
select
  dead_letter_id,
  'redriven',
  $2::text,
  $3::text
from
  redriven
order by
  dead_letter_id
