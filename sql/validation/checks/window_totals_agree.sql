-- In every published window the plays over users, songs, devices and locations agree with each other and with the facts.
-- Every published window without a revision mark (that one is pending).
-- Rows: one per window whose sums differ. Parameters: none. Rerun: reads only.
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
  facts as (
    select
      w.window_start as time_window,
      count(*) as play_count
    from
      stream_events e
      join window_frontiers f on f.window_kind = 'minutes'
      join checked_windows w on w.window_start = date_bin(
        f.window_size,
        e."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      )
    group by
      w.window_start
  ),
  over_users as (
    select
      time_window,
      sum(stream_count) as play_count
    from
      user_engagement_metrics
    group by
      time_window
  ),
  over_songs as (
    select
      time_window,
      sum(stream_count) as play_count
    from
      content_performance_metrics
    group by
      time_window
  ),
  over_devices as (
    select
      time_window,
      sum(stream_count) as play_count
    from
      device_metrics
    group by
      time_window
  ),
  over_locations as (
    select
      time_window,
      sum(stream_count) as play_count
    from
      location_metrics
    group by
      time_window
  )
select
  w.window_start as time_window,
  coalesce(f.play_count, 0) as facts,
  coalesce(u.play_count, 0) as over_users,
  coalesce(s.play_count, 0) as over_songs,
  coalesce(d.play_count, 0) as over_devices,
  coalesce(l.play_count, 0) as over_locations
from
  checked_windows w
  left join facts f on f.time_window = w.window_start
  left join over_users u on u.time_window = w.window_start
  left join over_songs s on s.time_window = w.window_start
  left join over_devices d on d.time_window = w.window_start
  left join over_locations l on l.time_window = w.window_start
where
  (
    coalesce(u.play_count, 0),
    coalesce(s.play_count, 0),
    coalesce(d.play_count, 0),
    coalesce(l.play_count, 0)
  ) is distinct from (
    coalesce(f.play_count, 0),
    coalesce(f.play_count, 0),
    coalesce(f.play_count, 0),
    coalesce(f.play_count, 0)
  )
order by
  w.window_start
