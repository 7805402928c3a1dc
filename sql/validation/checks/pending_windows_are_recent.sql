-- No closed window has waited for more than 5 minutes to be published or revised.
-- A revision mark has its time. Of a window only the last move of its frontier is stored; that it has waited too long is
-- certain where that move, or the publication of a later window, is more than 5 minutes ago, and is concluded where
-- nothing was published for so long although a window at least 5 minutes later has closed too.
-- Rows: one per window and reason. Parameters: none. Rerun: reads only.
with
  pending as materialized (
    select distinct
      s.window_kind,
      s.window_start
    from
      window_partials s
      join window_frontiers f using (window_kind)
    where
      s.window_start + f.window_size <= f.closed_until
      and not exists (
        select
        from
          window_publications p
        where
          p.window_kind = s.window_kind
          and p.window_start = s.window_start
      )
  ),
  newest as (
    select
      f.window_kind,
      (
        select
          max(p.published_at)
        from
          window_publications p
        where
          p.window_kind = f.window_kind
      ) as published_at,
      (
        select
          max(p.window_start)
        from
          pending p
        where
          p.window_kind = f.window_kind
      ) as pending_start
    from
      window_frontiers f
  ),
  reasons as (
    select
      window_kind,
      window_start,
      'has waited for its revision' as problem,
      min(marked_at) as since
    from
      revision_marks
    group by
      window_kind,
      window_start
    union all
    select
      w.window_kind,
      w.window_start,
      'is unpublished, a later window is published',
      min(p.published_at)
    from
      pending w
      join window_publications p on p.window_kind = w.window_kind
      and p.window_start > w.window_start
    group by
      w.window_kind,
      w.window_start
    union all
    select
      w.window_kind,
      w.window_start,
      'is unpublished since its frontier moved',
      f.moved_at
    from
      pending w
      join window_frontiers f using (window_kind)
    union all
    select
      w.window_kind,
      w.window_start,
      'is unpublished like later windows, nothing was published',
      coalesce(n.published_at, timestamptz '-infinity')
    from
      pending w
      join newest n using (window_kind)
    where
      n.pending_start >= w.window_start + interval '5 minutes'
  )
select
  window_kind,
  window_start,
  problem,
  since
from
  reasons
where
  since < now() - interval '5 minutes'
order by
  window_kind,
  window_start,
  problem
