-- How far the windows are, one row per window size, and the watermark of the plays.
-- Parameters: $1 text, the topic of plays.
-- Rows: window_kind text; watermark, closed_until text (RFC 3339 in UTC, null while there is none);
--   closed_count bigint, published windows; open_count bigint, windows beyond the frontier that hold plays;
--   due_count bigint, windows that are complete and not published; marked_count bigint, windows to be revised.
-- Reads only.
with
  waiting as (
    select distinct
      window_kind,
      window_start
    from
      window_partials
  ),
  watermark as (
    select
      watermark
    from
      topic_watermarks
    where
      topic = $1
  )
select
  f.window_kind,
  (
    select
      case
        when isfinite(watermark) then to_char(
          watermark at time zone 'UTC',
          'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
        )
      end
    from
      watermark
  ) as watermark,
  case
    when isfinite(f.closed_until) then to_char(
      f.closed_until at time zone 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS"Z"'
    )
  end as closed_until,
  (
    select
      count(*)
    from
      window_publications p
    where
      p.window_kind = f.window_kind
  ) as closed_count,
  (
    select
      count(*)
    from
      waiting w
    where
      w.window_kind = f.window_kind
      and w.window_start + f.window_size > f.closed_until
  ) as open_count,
  (
    select
      count(*)
    from
      waiting w
    where
      w.window_kind = f.window_kind
      and w.window_start + f.window_size <= greatest(
        f.closed_until,
        (
          select
            watermark
          from
            watermark
        )
      )
  ) as due_count,
  (
    select
      count(distinct m.window_start)
    from
      revision_marks m
    where
      m.window_kind = f.window_kind
  ) as marked_count
from
  window_frontiers f
order by
  f.window_size;
