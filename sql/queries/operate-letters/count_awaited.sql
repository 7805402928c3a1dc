-- The references that most of the letters wait for which a filter means.
-- Parameters: $1 jsonb, filter of matching_letters(); $2 integer, limit. Rows: one per reference. Rerun: reads only.
select
  r.dimension,
  r.reference_id::text as id,
  count(*)::integer as letter_count
from
  matching_letters ($1::jsonb) d
  join awaited_references r on r.dead_letter_id = d.dead_letter_id
group by
  r.dimension,
  r.reference_id
order by
  letter_count desc,
  r.dimension,
  r.reference_id
limit
  $2::integer
