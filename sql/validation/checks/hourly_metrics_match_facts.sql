-- The hourly metrics of every published hour are what its facts say.
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
      p.window_kind = 'hourly'
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
      count(*) as stream_count,
      count(distinct e.user_id) as unique_users,
      count(distinct e.song_id) as unique_songs,
      count(distinct e.artist_id) as unique_artists,
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
      )::double precision / count(*) as like_rate
    from
      stream_events e
      join window_frontiers f on f.window_kind = 'hourly'
      join checked_windows w on w.window_start = date_bin(
        f.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      )
    group by
      w.window_start
  ),
  stored as (
    select
      m.time_window,
      m.stream_count,
      m.unique_users,
      m.unique_songs,
      m.unique_artists,
      m.total_listen_time,
      m.avg_listen_time,
      m.skip_rate,
      m.like_rate
    from
      hourly_metrics m
      join checked_windows w on w.window_start = m.time_window
  ),
  compared as (
    select
      time_window,
      s.stream_count as stored_count,
      x.stream_count as expected_count,
      to_jsonb(s) as stored,
      to_jsonb(x) as expected
    from
      stored s
      full join expected x using (time_window)
    where
      s is distinct from x
  )
select
  time_window,
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
      and key not in ('time_window')
  ) d
order by
  time_window
