-- Notes that a window was published, or revised once more; by the latest of its publishers, as one that began earlier
-- may have waited for the window's lock.
-- Parameters: $1 text, window kind; $2 timestamptz, window start. Rerun: only in the transaction that
-- published the window.
insert into
  window_publications as p (window_kind, window_start)
values
  ($1::text, $2::timestamptz)
on conflict (window_kind, window_start) do update
set
  revision = p.revision + 1,
  revised_at = greatest(p.revised_at, now())
