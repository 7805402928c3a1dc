-- Notes what is sent in place of letters' original values, and by which event_id the plays are known from now on;
-- references of the original values are waited for no longer.
-- Parameters: $1 bigint[], letters; $2 bytea[], values, null where the original is sent; $3 uuid[], event ids or null.
-- Rows: none. Rerun: writes the same.
with
  mended as (
    update dead_letters d
    set
      mended_value = m.mended_value,
      event_id = m.event_id,
      differs_from_fact = false
    from
      unnest($1::bigint[], $2::bytea[], $3::uuid[]) as m (dead_letter_id, mended_value, event_id)
    where
      d.dead_letter_id = m.dead_letter_id
    returning
      d.dead_letter_id
  )
delete from awaited_references
where
  dead_letter_id in (
    select
      dead_letter_id
    from
      mended
  )
