-- Dead letters that wait for somebody, by reason.
-- Parameters: none. Rows: one for each reason, the most frequent first; reason text; letter_count integer.
-- Reads only.
select
  reason,
  count(*)::integer as letter_count
from
  dead_letters
where
  state = 'waiting'
group by
  reason
order by
  letter_count desc,
  reason
