-- The user engagement of every published window is what its facts say.
-- Every published window without a revision mark (that one is pending); date_bin cuts half-open windows, and
-- a rate is one division of integers, so that values are equal to the last bit.
-- Rows: one per metric row that is missing, unexpected or differs, with what differs. Parameters: none.
-- Rerun: reads only.
with
  checked_windows as materialized (
    select
      p.window_start
    from
      window_publications p
    where
      p.window_kind = 'minutes'
      -- Of the others the facts may be gone.
      and p.window_start >= (
        select
          horizon
        from
          retention_horizons
        where
          kept = 'facts'
      )
      and not exists (
        select
        from
          revision_marks m
        where
          m.window_kind = p.window_kind
          and m.window_start = p.window_start
      )
  ),
  expected as (
    select
      w.window_start as time_window,
      e.user_id,
      count(*) as stream_count,
      sum(e.stream_duration_seconds) as total_listen_time,
      sum(e.stream_duration_seconds)::double precision / count(*) as avg_listen_time,
      (
        count(*) filter (
          where
            e.is_skipped
        )
      )::double precision / count(*) as skip_rate,
      (
        count(*) filter (
          where
            e.is_liked
        )
      )::double precision / count(*) as like_rate,
      (
        count(*) filter (
          where
            e.is_shared
        )
      )::double precision / count(*) as share_rate,
      (
        count(*) filter (
          where
            e.is_added_to_playlist
        )
      )::double precision / count(*) as playlist_add_rate
    from
      stream_events e
      join window_frontiers f on f.window_kind = 'minutes'
      join checked_windows w on w.window_start = date_bin(
        f.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      )
    group by
      w.window_start,
      e.user_id
  ),
  stored as (
    select
      m.time_window,
      m.user_id,
      m.stream_count,
      m.total_listen_time,
      m.avg_listen_time,
      m.skip_rate,
      m.like_rate,
      m.share_rate,
      m.playlist_add_rate
    from
      user_engagement_metrics m
      join checked_windows w on w.window_start = m.time_window
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
      s is distinct from x
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
