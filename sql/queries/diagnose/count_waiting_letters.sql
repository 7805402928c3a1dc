-- Dead letters that wait for somebody or for a row, by reason; those that are sent again by themselves are none.
-- Parameters: none. Rows: one for each reason, the most frequent first; reason text; letter_count integer.
-- Reads only.
select
  reason,
  count(*)::integer as letter_count
from
  dead_letters
where
  state = 'waiting'
  and due_at is null
group by
  reason
order by
  letter_count desc,
  reason
