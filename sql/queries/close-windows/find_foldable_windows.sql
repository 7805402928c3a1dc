-- Open windows in which many small micro-batches have piled up partial aggregates.
-- Parameters: $1 integer, the number of micro-batches from which folding pays. Rerun: reads only.
-- A closed window's are merged by its publication, which folding would only hold up.
select
  p.window_kind,
  p.window_start
from
  window_partials p
  join window_frontiers f using (window_kind)
where
  p.window_start + f.window_size > f.closed_until
group by
  p.window_kind,
  p.window_start
having
  count(*) >= $1::integer
order by
  p.window_start,
  p.window_kind
