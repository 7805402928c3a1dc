-- Letters whose play is a fact by now, whether with their payload or another.
-- Parameters: $1 integer, limit. Rows: one per letter, locked until the transaction ends. Rerun: reads and locks only.
select
  d.dead_letter_id::text,
  coalesce(d.mended_value, d.original_value) as value
from
  dead_letters d
where
  d.event_id is not null
  and not d.differs_from_fact
  and (
    d.state = 'redriven'
    or d.state = 'waiting'
    and d.reason <> 'unknown_reference'
  )
  and exists (
    select
    from
      stream_events f
    where
      f.event_id = d.event_id
  )
order by
  d.dead_letter_id
limit
  $1::integer
for update of
  d skip locked
