-- Takes the content out of dead letters, and buries those that wait, as they can no longer be sent; that is written down. The key
-- goes, too: with a key and no value a letter would be a tombstone, and that of another user where key and value differed.
-- Parameters: $1 bigint[], the letters; $2 text, who does it. Rows: dead_letter_id of each that had any content.
-- Rerun: no letter has any.
with
  blanked as (
    update dead_letters
    set
      original_key = null,
      original_value = null,
      mended_value = null,
      original_headers = '[]',
      detail = 'forgotten',
      state = case state
        when 'waiting' then 'buried'
        else state
      end,
      resolution = case state
        when 'waiting' then 'by_operator'
        else resolution
      end,
      due_at = case state
        when 'waiting' then null
        else due_at
      end,
      settled_at = case state
        when 'waiting' then clock_timestamp()
        else settled_at
      end
    where
      dead_letter_id = any ($1::bigint[])
      and (
        original_value is not null
        or mended_value is not null
      )
    returning
      dead_letter_id,
      old.state = 'waiting' as is_buried
  ),
  written_down as (
    insert into
      dead_letter_actions (dead_letter_id, action, actor, note)
    select
      dead_letter_id,
      'buried',
      $2::text,
      'forgotten'
    from
      blanked
    where
      is_buried
  )
select
  dead_letter_id
from
  blanked
