-- The partial user engagement of unpublished windows is what the facts say.
-- Every open or closed window that is not published and has no revision mark (late plays are not in partial aggregates).
-- Rows: one per key whose sums are missing, unexpected or differ, with what differs. Parameters: none.
-- Rerun: reads only.
with
  settled_windows as materialized (
    select
      window_kind,
      window_start
    from
      window_publications
    where
      window_kind = 'minutes'
    union
    select
      window_kind,
      window_start
    from
      revision_marks
    where
      window_kind = 'minutes'
  ),
  unsettled_facts as materialized (
    select
      f.window_kind,
      date_bin(
        f.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      ) as window_start,
      e.*
    from
      stream_events e
      join window_frontiers f on f.window_kind = 'minutes'
      left join settled_windows w on w.window_kind = f.window_kind
      and w.window_start = date_bin(
        f.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      )
    where
      w.window_start is null
  ),
  expected as (
    select
      e.window_start as time_window,
      e.user_id,
      count(*) as stream_count,
      count(*) filter (
        where
          e.is_skipped
      ) as skipped_count,
      sum(e.stream_duration_seconds) as total_listen_time,
      count(*) filter (
        where
          e.is_liked
      ) as liked_count,
      count(*) filter (
        where
          e.is_shared
      ) as shared_count,
      count(*) filter (
        where
          e.is_added_to_playlist
      ) as added_to_playlist_count
    from
      unsettled_facts e
    group by
      e.window_start,
      e.user_id
  ),
  stored as (
    select
      s.time_window,
      s.user_id,
      sum(s.stream_count) as stream_count,
      sum(s.skipped_count) as skipped_count,
      sum(s.total_listen_time) as total_listen_time,
      sum(s.liked_count) as liked_count,
      sum(s.shared_count) as shared_count,
      sum(s.added_to_playlist_count) as added_to_playlist_count
    from
      user_engagement_partial_rows s
      left join settled_windows w on w.window_kind = 'minutes'
      and w.window_start = s.time_window
    where
      w.window_start is null
    group by
      s.time_window,
      s.user_id
  ),
  compared as (
    select
      time_window,
      user_id,
      s.stream_count as stored_count,
      x.stream_count as expected_count,
      to_jsonb(s) as stored,
      to_jsonb(x) as expected
    from
      stored s
      full join expected x using (time_window, user_id)
    where
      (
        s.stream_count,
        s.skipped_count,
        s.total_listen_time,
        s.liked_count,
        s.shared_count,
        s.added_to_playlist_count
      ) is distinct from (
        x.stream_count,
        x.skipped_count,
        x.total_listen_time,
        x.liked_count,
        x.shared_count,
        x.added_to_playlist_count
      )
  )
select
  time_window,
  user_id,
  case
    when c.stored_count is null then 'missing'
    when c.expected_count is null then 'unexpected'
    else 'differs'
  end as problem,
  d.stored,
  d.expected
from
  compared c
  cross join lateral (
    select
      string_agg(
        format('%s %s', key, s.value),
        ', '
        order by
          key
      ) filter (
        where
          s.value is not null
      ) as stored,
      string_agg(
        format('%s %s', key, x.value),
        ', '
        order by
          key
      ) filter (
        where
          x.value is not null
      ) as expected
    from
      jsonb_each_text(c.stored) s
      full join jsonb_each_text(c.expected) x using (key)
    where
      s.value is distinct from x.value
      and key not in ('time_window', 'user_id')
  ) d
order by
  time_window,
  user_id
