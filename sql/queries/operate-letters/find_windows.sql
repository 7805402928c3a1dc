-- The windows of a letter's play, where it is a fact, and how they stand.
-- Parameters: $1 bigint, letter. Rows: one per window size, times RFC 3339; state: open, due (closed and not published),
-- to_revise, published; revision and revised_at are null where it is not published. Rerun: reads only.
with
  windows as (
    select
      f.window_kind,
      f.window_size,
      f.closed_until,
      date_bin(
        f.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      ) as window_start
    from
      dead_letters d
      join stream_events e on e.event_id = d.event_id
      cross join window_frontiers f
    where
      d.dead_letter_id = $1::bigint
  )
select
  w.window_kind,
  to_char(
    w.window_start at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"'
  ) as window_start,
  case
    when w.window_start + w.window_size > w.closed_until then 'open'
    when p.window_start is null then 'due'
    when exists (
      select
      from
        revision_marks m
      where
        m.window_kind = w.window_kind
        and m.window_start = w.window_start
    ) then 'to_revise'
    else 'published'
  end as state,
  p.revision,
  to_char(
    p.revised_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
  ) as revised_at
from
  windows w
  left join window_publications p on p.window_kind = w.window_kind
  and p.window_start = w.window_start
order by
  w.window_size,
  w.window_kind
