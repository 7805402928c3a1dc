-- Open windows in which micro-batches have piled up partial aggregates. A window is full once the watermark, with the
-- allowed lateness put back, is past its end: what still comes are stragglers, and who looks at it has little to merge.
-- Parameters: $1 integer, the number of micro-batches from which folding pays in a window that fills, $2 integer, in one
-- that is full; $3 text, topic; $4 bigint, allowed lateness in ms. Rerun: reads only.
-- A closed window's are merged by its publication, which folding would only hold up.
select
  p.window_kind,
  p.window_start
from
  window_partials p
  join window_frontiers f using (window_kind)
  join topic_watermarks w on w.topic = $3::text
where
  p.window_start + f.window_size > f.closed_until
group by
  p.window_kind,
  p.window_start,
  f.window_size,
  w.watermark
having
  count(*) >= case
    when p.window_start + f.window_size <= w.watermark + $4::bigint * interval '1 millisecond' then $2::integer
    else $1::integer
  end
order by
  p.window_start,
  p.window_kind
