-- What an operator does with dead letters: which ones are meant, what was done and why.
alter table dead_letters
drop constraint dead_letters_resolution_check;

alter table dead_letters
add constraint dead_letters_resolution_check check (
  resolution in (
    'landed',
    'applied',
    'superseded',
    'rejected_again',
    'attempts_spent',
    'by_operator',
    'replaced'
  )
) not valid;

-- squawk-ignore constraint-missing-not-valid
alter table dead_letters validate constraint dead_letters_resolution_check;

comment on column dead_letters.resolution is 'landed: the play is a fact; applied or superseded: of a dimension''s version; rejected_again: its next letter goes on; replaced: an operator has sent a new version of the dimension';

alter table dead_letter_actions
add column note text;

comment on column dead_letter_actions.note is 'what an operator changed, and the reason that was given';

-- One place that knows what is meant by a filter; an absent field leaves nothing out.
create function matching_letters (wanted jsonb) returns setof dead_letters language sql stable as $$
  select d.*
  from dead_letters d
  where (
      (wanted -> 'ids' is null and wanted -> 'positions' is null)
      or d.dead_letter_id = any (array(select jsonb_array_elements_text(wanted -> 'ids')::bigint))
      or (d.source_topic, d.source_partition, d.source_offset) in (
        select p.topic, p.partition, p."offset"
        from jsonb_to_recordset(wanted -> 'positions') as p (topic text, partition integer, "offset" bigint)
      )
    )
    and (wanted -> 'reasons' is null or d.reason = any (array(select jsonb_array_elements_text(wanted -> 'reasons'))))
    and (wanted -> 'topics' is null or d.source_topic = any (array(select jsonb_array_elements_text(wanted -> 'topics'))))
    and (wanted -> 'states' is null or d.state = any (array(select jsonb_array_elements_text(wanted -> 'states'))))
    and (wanted -> 'from' is null or d.source_timestamp >= (wanted ->> 'from')::timestamptz)
    and (wanted -> 'to' is null or d.source_timestamp < (wanted ->> 'to')::timestamptz)
    and (wanted -> 'reference' is null or d.missing_references @> jsonb_build_array(wanted -> 'reference'))
$$;

comment on function matching_letters (jsonb) is 'letters that a filter means: ids or positions, reasons, topics, states, from and to (when Kafka took the record), reference {dimension, id}';
