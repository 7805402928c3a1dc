-- Every closed window that holds plays is published, or about to be.
-- About to be: its partial aggregates or a revision mark are there.
-- Rows: one per closed window that has plays and neither. Parameters: none. Rerun: reads only.
with
  windows as (
    select
      f.window_kind,
      date_bin(
        f.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      ) as window_start,
      f.window_size,
      f.closed_until,
      count(*) as play_count
    from
      stream_events e
      cross join window_frontiers f
    group by
      1,
      2,
      f.window_size,
      f.closed_until
  )
select
  w.window_kind,
  w.window_start,
  w.play_count
from
  windows w
where
  w.window_start + w.window_size <= w.closed_until
  and not exists (
    select
    from
      window_publications p
    where
      p.window_kind = w.window_kind
      and p.window_start = w.window_start
  )
  and not exists (
    select
    from
      window_partials s
    where
      s.window_kind = w.window_kind
      and s.window_start = w.window_start
  )
  and not exists (
    select
    from
      revision_marks m
    where
      m.window_kind = w.window_kind
      and m.window_start = w.window_start
  )
order by
  w.window_kind,
  w.window_start
