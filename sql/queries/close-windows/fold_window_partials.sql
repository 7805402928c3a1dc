-- Parameters: $1 text, window kind; $2 timestamptz, window start. Rerun: folds one row into itself.
with
  taken as (
    delete from window_partials
    where
      window_kind = $1::text
      and window_start = $2::timestamptz
    returning
      *
  )
insert into
  window_partials (window_kind, window_start, stream_count)
select
  window_kind,
  window_start,
  sum(stream_count)
from
  taken
group by
  window_kind,
  window_start
