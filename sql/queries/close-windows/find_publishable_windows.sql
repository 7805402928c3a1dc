-- Windows at or before the frontier that are not published yet, or whose revision marks are due: a window
-- is revised once an interval at most. One that was revised further ahead than that is due, too: the clock was put back.
-- Parameters: $1 bigint, revision interval in ms; 0 flushes, null leaves out what is published already.
-- Rows: first publications before revisions (a storm of late plays delays no window), each oldest first.
-- Rerun: reads only.
with
  unpublished as (
    select distinct
      window_kind,
      window_start
    from
      window_partials
  ),
  marked as (
    select
      m.window_kind,
      m.window_start
    from
      revision_marks m
      left join window_publications p using (window_kind, window_start)
    group by
      m.window_kind,
      m.window_start,
      p.revised_at
    having
      p.revised_at is null
      or p.revised_at + $1::bigint * interval '1 millisecond' <= clock_timestamp()
      or p.revised_at - $1::bigint * interval '1 millisecond' > clock_timestamp()
  ),
  candidates as (
    select
      *
    from
      unpublished
    union
    select
      *
    from
      marked
  )
select
  c.window_kind,
  c.window_start,
  c.window_start + f.window_size as window_end
from
  candidates c
  join window_frontiers f using (window_kind)
  left join window_publications p using (window_kind, window_start)
where
  c.window_start + f.window_size <= f.closed_until
  and (
    $1::bigint is not null
    or p.window_start is null
  )
order by
  p.window_start is not null,
  c.window_start,
  c.window_kind
