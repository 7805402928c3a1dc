-- Who listened at each location in every published window is what its facts say.
-- Every published window without a revision mark (that one is pending).
-- Rows: one per location and piece of the users that is missing, unexpected or differs. Parameters: none. Rerun: reads only.
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
      time_window,
      location_id,
      floor(user_id / 2048.0)::integer as chunk,
      array_agg(
        user_id
        order by
          user_id
      ) as user_ids
    from
      (
        select distinct
          w.window_start as time_window,
          e.location_id,
          e.user_id
        from
          stream_events e
          join window_frontiers f on f.window_kind = 'minutes'
          join checked_windows w on w.window_start = date_bin(
            f.window_size,
            e."timestamp",
            timestamptz '1970-01-01 00:00:00+00'
          )
      )
    group by
      1,
      2,
      3
  ),
  stored as (
    select
      l.time_window,
      l.location_id,
      l.chunk,
      array(
        select
          l.chunk * 2048 + position
        from
          generate_series(0, 2047) as position
        where
          get_bit(l.listeners, position) = 1
        order by
          position
      ) as user_ids
    from
      location_listeners l
      join checked_windows w on w.window_start = l.time_window
  )
select
  time_window,
  location_id,
  chunk,
  case
    when s.user_ids is null then 'missing'
    when x.user_ids is null then 'unexpected'
    else 'differs'
  end as problem,
  cardinality(s.user_ids) as stored,
  cardinality(x.user_ids) as expected
from
  stored s
  full join expected x using (time_window, location_id, chunk)
where
  s.user_ids is distinct from x.user_ids
order by
  time_window,
  location_id,
  chunk
