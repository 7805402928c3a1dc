-- The sums of an hour are those of the published windows that they say they hold, and every published window has its hour.
-- Rows: one per hour that has no row, or whose sums differ, with the number of rows that do. Parameters: none.
-- Rerun: reads only.
with
  rolled as materialized (
    select
      time_window,
      rolled_until
    from
      hour_rollups
    where
      rolled_until is not null
  ),
  contents_expected as (
    select
      h.time_window,
      m.song_id,
      m.artist_id,
      sum(m.stream_count) as stream_count,
      sum(round(m.completion_rate * m.stream_count)) as completed_count,
      sum(round(m.skip_rate * m.stream_count)) as skipped_count,
      sum(round(m.like_rate * m.stream_count)) as liked_count
    from
      rolled h
      join content_performance_metrics m on m.time_window >= h.time_window
      and m.time_window < h.rolled_until
    group by
      1,
      2,
      3
  ),
  contents_stored as (
    select
      s.*
    from
      rolled
      join content_performance_hours s using (time_window)
  ),
  listeners_expected as (
    select
      h.time_window,
      l.location_id,
      l.chunk,
      bit_or(l.listeners) as listeners
    from
      rolled h
      join location_listeners l on l.time_window >= h.time_window
      and l.time_window < h.rolled_until
    group by
      1,
      2,
      3
  ),
  listeners_stored as (
    select
      s.*
    from
      rolled
      join location_listener_hours s using (time_window)
  ),
  problems as (
    select
      time_window,
      'contents' as sums
    from
      contents_expected x
      full join contents_stored s using (time_window, song_id, artist_id)
    where
      (
        x.stream_count,
        x.completed_count,
        x.skipped_count,
        x.liked_count
      ) is distinct from (
        s.stream_count,
        s.completed_count,
        s.skipped_count,
        s.liked_count
      )
    union all
    select
      time_window,
      'listeners'
    from
      listeners_expected x
      full join listeners_stored s using (time_window, location_id, chunk)
    where
      x.listeners is distinct from s.listeners
    union all
    select
      date_bin(
        interval '1 hour',
        p.window_start,
        timestamptz '1970-01-01 00:00:00+00'
      ),
      'none'
    from
      window_publications p
    where
      not exists (
        select
        from
          hour_rollups h
        where
          h.time_window = date_bin(
            interval '1 hour',
            p.window_start,
            timestamptz '1970-01-01 00:00:00+00'
          )
      )
  )
select
  time_window,
  sums,
  count(*) as differing_count
from
  problems
group by
  time_window,
  sums
order by
  time_window,
  sums
