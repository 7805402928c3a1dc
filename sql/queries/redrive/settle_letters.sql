-- Ends letters, and notes who did, where somebody did anything.
-- Parameters: $1 bigint[], letters; $2 text, state; $3 text, resolution; $4 text, action or null; $5 text, actor;
-- $6 text, the operator's note or null. Rows: none. Rerun: what has ended so stays as it is.
with
  settled as (
    update dead_letters
    set
      state = $2::text,
      resolution = $3::text,
      settled_at = clock_timestamp(),
      due_at = null
    where
      dead_letter_id = any ($1::bigint[])
      and (state, resolution) is distinct from ($2::text, $3::text)
    returning
      dead_letter_id
  ),
  forgotten as (
    delete from awaited_references
    where
      dead_letter_id in (
        select
          dead_letter_id
        from
          settled
      )
  )
insert into
  dead_letter_actions (dead_letter_id, action, actor, note)
select
  dead_letter_id,
  $4::text,
  $5::text,
  $6::text
from
  settled
where
  $4::text is not null
order by
  dead_letter_id
