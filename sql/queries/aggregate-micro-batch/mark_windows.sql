-- Appends a mark per closed window that late plays of this micro-batch belong to, never an upsert: two writers of one row
-- would wait for each other.
-- Parameters: per late play $1 text[], its window's kind; $2 bigint[], the window's start, microseconds since the epoch.
-- Rerun: only in the transaction that inserts the facts.
insert into
  revision_marks (window_kind, window_start, late_count)
select
  p.window_kind,
  timestamptz '1970-01-01 00:00:00+00' + p.start_micros * interval '1 microsecond',
  count(*)
from
  unnest($1::text[], $2::bigint[]) as p (window_kind, start_micros)
group by
  p.window_kind,
  p.start_micros
