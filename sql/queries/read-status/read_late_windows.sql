-- The newest windows that plays came too late for.
-- Parameters: none.
-- Rows: five at most, newest first; window_kind text; window_start text (RFC 3339 in UTC); late_count bigint;
--   greatest_lateness_seconds bigint.
-- Reads only, by the index on the windows: the limit ends it early.
select
  window_kind,
  to_char(
    window_start at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"'
  ) as window_start,
  sum(late_count)::bigint as late_count,
  extract(
    epoch
    from
      max(greatest_lateness)
  )::bigint as greatest_lateness_seconds
from
  late_play_counts c
group by
  c.window_start,
  c.window_kind
order by
  c.window_start desc,
  c.window_kind desc
limit
  5
