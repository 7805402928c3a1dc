-- Every published hour has the plays and the listening time of its published smaller windows.
-- Hours with a smaller window that is open or pending are left out, and all of them where the smaller windows do not
-- divide the hour.
-- Rows: one per hour that differs. Parameters: none. Rerun: reads only.
with
  sizes as (
    select
      m.window_size as minute_size,
      h.window_size as hour_size
    from
      window_frontiers m
      cross join window_frontiers h
    where
      m.window_kind = 'minutes'
      and h.window_kind = 'hourly'
      and extract(
        epoch
        from
          h.window_size
      ) % extract(
        epoch
        from
          m.window_size
      ) = 0
  ),
  unfinished_hours as (
    select
      date_bin(
        z.hour_size,
        u.window_start,
        timestamptz '1970-01-01 00:00:00+00'
      ) as time_window
    from
      sizes z
      cross join (
        select
          window_start
        from
          window_partials
        where
          window_kind = 'minutes'
        union all
        select
          window_start
        from
          revision_marks
        where
          window_kind = 'minutes'
      ) u
    union
    select
      window_start
    from
      revision_marks
    where
      window_kind = 'hourly'
  ),
  checked_hours as materialized (
    select
      p.window_start as time_window
    from
      window_publications p
      left join unfinished_hours u on u.time_window = p.window_start
    where
      p.window_kind = 'hourly'
      and u.time_window is null
  ),
  over_minutes as (
    select
      date_bin(
        z.hour_size,
        m.time_window,
        timestamptz '1970-01-01 00:00:00+00'
      ) as time_window,
      sum(m.stream_count) as play_count,
      sum(m.total_listen_time) as total_listen_time
    from
      user_engagement_metrics m
      cross join sizes z
    group by
      1
  )
select
  c.time_window,
  coalesce(h.stream_count, 0) as hourly_plays,
  coalesce(m.play_count, 0) as plays_of_smaller_windows,
  coalesce(h.total_listen_time, 0) as hourly_listen_time,
  coalesce(m.total_listen_time, 0) as listen_time_of_smaller_windows
from
  checked_hours c
  cross join sizes
  left join hourly_metrics h using (time_window)
  left join over_minutes m using (time_window)
where
  (
    coalesce(h.stream_count, 0),
    coalesce(h.total_listen_time, 0)
  ) is distinct from (
    coalesce(m.play_count, 0),
    coalesce(m.total_listen_time, 0)
  )
order by
  c.time_window
