-- Closes every window that holds plays, whatever the watermark; later plays revise them.
-- Rows: the frontiers that moved. Rerun: monotone.
update window_frontiers f
set
  closed_until = open.window_end,
  moved_at = clock_timestamp()
from
  (
    select
      p.window_kind,
      max(p.window_start + g.window_size) as window_end
    from
      window_partials p
      join window_frontiers g using (window_kind)
    group by
      p.window_kind
  ) open
where
  open.window_kind = f.window_kind
  and open.window_end > f.closed_until
returning
  f.window_kind
