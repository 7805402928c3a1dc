-- The partial hourly metrics of unpublished hours are what the facts say.
-- Every open or closed window that is not published and has no revision mark (late plays are not in partial aggregates).
-- The members are compared as sets: those of all micro-batches together are the distinct ids of the facts.
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
      window_kind = 'hourly'
    union
    select
      window_kind,
      window_start
    from
      revision_marks
    where
      window_kind = 'hourly'
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
      join window_frontiers f on f.window_kind = 'hourly'
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
      count(*) as stream_count,
      sum(e.stream_duration_seconds) as total_listen_time,
      count(*) filter (
        where
          e.is_skipped
      ) as skipped_count,
      count(*) filter (
        where
          e.is_liked
      ) as liked_count,
      array_agg(
        distinct e.user_id
        order by
          e.user_id
      ) as user_ids,
      array_agg(
        distinct e.song_id
        order by
          e.song_id
      ) as song_ids,
      array_agg(
        distinct e.artist_id
        order by
          e.artist_id
      ) as artist_ids
    from
      unsettled_facts e
    group by
      e.window_start
  ),
  stored_users as (
    select
      time_window,
      array_agg(
        distinct member
        order by
          member
      ) as user_ids
    from
      hourly_partials
      cross join unnest(user_ids) as member
    group by
      time_window
  ),
  stored_songs as (
    select
      time_window,
      array_agg(
        distinct member
        order by
          member
      ) as song_ids
    from
      hourly_partials
      cross join unnest(song_ids) as member
    group by
      time_window
  ),
  stored_artists as (
    select
      time_window,
      array_agg(
        distinct member
        order by
          member
      ) as artist_ids
    from
      hourly_partials
      cross join unnest(artist_ids) as member
    group by
      time_window
  ),
  stored as (
    select
      s.time_window,
      sum(s.stream_count) as stream_count,
      sum(s.total_listen_time) as total_listen_time,
      sum(s.skipped_count) as skipped_count,
      sum(s.liked_count) as liked_count,
      any_value (um.user_ids) as user_ids,
      any_value (sm.song_ids) as song_ids,
      any_value (am.artist_ids) as artist_ids
    from
      hourly_partials s
      left join stored_users um using (time_window)
      left join stored_songs sm using (time_window)
      left join stored_artists am using (time_window)
      left join settled_windows w on w.window_kind = 'hourly'
      and w.window_start = s.time_window
    where
      w.window_start is null
    group by
      s.time_window
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
      (
        s.stream_count,
        s.total_listen_time,
        s.skipped_count,
        s.liked_count,
        s.user_ids,
        s.song_ids,
        s.artist_ids
      ) is distinct from (
        x.stream_count,
        x.total_listen_time,
        x.skipped_count,
        x.liked_count,
        x.user_ids,
        x.song_ids,
        x.artist_ids
      )
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
          key like '%\_ids',
          key
      ) filter (
        where
          s.value is not null
      ) as stored,
      string_agg(
        format('%s %s', key, x.value),
        ', '
        order by
          key like '%\_ids',
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
