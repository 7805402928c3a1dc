-- Inserts the staged plays and adds exactly the rows that were really inserted to the partial aggregates
-- of open windows; for windows that have closed it appends revision marks instead.
-- Parameters: $1 integer[], ordinals of staged plays to leave out.
-- Row: one; is_set_up (else no window would hear of the facts: to be rolled back), is_horizon_passed (the retention
-- horizon has moved past a play since find_suspects.sql looked: to be rolled back), not_inserted_ordinals (their
-- event_id was a fact already, or came earlier in this micro-batch) and late_ordinals (their window had closed).
-- Rerun: an event_id that is a fact is not inserted, hence not counted. Ordered by key: two writers with
-- the same ids in other orders would deadlock.
with
  frontier as materialized (
    select
      m.window_size as minute_size,
      m.closed_until as minutes_closed_until,
      h.window_size as hour_size,
      h.closed_until as hours_closed_until
    from
      window_frontiers m
      cross join window_frontiers h
    where
      m.window_kind = 'minutes'
      and h.window_kind = 'hourly'
  ),
  candidates as materialized (
    select
      *
    from
      staged_stream_events
    where
      not (ordinal = any ($1::integer[]))
  ),
  winners as materialized (
    select distinct
      on (event_id) *
    from
      candidates
    order by
      event_id,
      partition,
      "offset"
  ),
  inserted as (
    insert into
      stream_events (
        event_id,
        "timestamp",
        user_id,
        song_id,
        artist_id,
        album_id,
        device_id,
        location_id,
        stream_duration_seconds,
        is_complete_play,
        is_skipped,
        is_liked,
        is_shared,
        is_added_to_playlist
      )
    select
      event_id,
      "timestamp",
      user_id,
      song_id,
      artist_id,
      album_id,
      device_id,
      location_id,
      stream_duration_seconds,
      is_complete_play,
      is_skipped,
      is_liked,
      is_shared,
      is_added_to_playlist
    from
      winners
    order by
      event_id
    on conflict (event_id) do nothing
    returning
      *
  ),
  binned as (
    select
      i.*,
      date_bin(
        f.minute_size,
        i."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      ) as minute_window,
      date_bin(
        f.hour_size,
        i."timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      ) as hour_window
    from
      inserted i
      cross join frontier f
  ),
  windowed as materialized (
    select
      b.*,
      b.minute_window + f.minute_size > f.minutes_closed_until as is_minute_open,
      b.hour_window + f.hour_size > f.hours_closed_until as is_hour_open
    from
      binned b
      cross join frontier f
  ),
  add_users as (
    insert into
      user_engagement_partials (
        time_window,
        user_id,
        stream_count,
        total_listen_time,
        skipped_count,
        liked_count,
        shared_count,
        added_to_playlist_count
      )
    select
      minute_window,
      user_id,
      count(*),
      sum(stream_duration_seconds),
      count(*) filter (
        where
          is_skipped
      ),
      count(*) filter (
        where
          is_liked
      ),
      count(*) filter (
        where
          is_shared
      ),
      count(*) filter (
        where
          is_added_to_playlist
      )
    from
      windowed
    where
      is_minute_open
    group by
      minute_window,
      user_id
  ),
  add_content as (
    insert into
      content_performance_partials (
        time_window,
        song_id,
        artist_id,
        stream_count,
        completed_count,
        skipped_count,
        liked_count
      )
    select
      minute_window,
      song_id,
      artist_id,
      count(*),
      count(*) filter (
        where
          is_complete_play
      ),
      count(*) filter (
        where
          is_skipped
      ),
      count(*) filter (
        where
          is_liked
      )
    from
      windowed
    where
      is_minute_open
    group by
      minute_window,
      song_id,
      artist_id
  ),
  add_devices as (
    insert into
      device_partials (
        time_window,
        device_id,
        stream_count,
        total_listen_time,
        completed_count
      )
    select
      minute_window,
      device_id,
      count(*),
      sum(stream_duration_seconds),
      count(*) filter (
        where
          is_complete_play
      )
    from
      windowed
    where
      is_minute_open
    group by
      minute_window,
      device_id
  ),
  add_locations as (
    insert into
      location_partials (
        time_window,
        location_id,
        stream_count,
        user_ids,
        song_ids
      )
    select
      minute_window,
      location_id,
      count(*),
      array_agg(distinct user_id),
      array_agg(distinct song_id)
    from
      windowed
    where
      is_minute_open
    group by
      minute_window,
      location_id
  ),
  add_hours as (
    insert into
      hourly_partials (
        time_window,
        stream_count,
        total_listen_time,
        skipped_count,
        liked_count,
        user_ids,
        song_ids,
        artist_ids
      )
    select
      hour_window,
      count(*),
      sum(stream_duration_seconds),
      count(*) filter (
        where
          is_skipped
      ),
      count(*) filter (
        where
          is_liked
      ),
      array_agg(distinct user_id),
      array_agg(distinct song_id),
      array_agg(distinct artist_id)
    from
      windowed
    where
      is_hour_open
    group by
      hour_window
  ),
  add_windows as (
    insert into
      window_partials (window_kind, window_start, stream_count)
    select
      'minutes',
      minute_window,
      count(*)
    from
      windowed
    where
      is_minute_open
    group by
      minute_window
    union all
    select
      'hourly',
      hour_window,
      count(*)
    from
      windowed
    where
      is_hour_open
    group by
      hour_window
  ),
  mark_windows as (
    insert into
      revision_marks (window_kind, window_start, late_count)
    select
      'minutes',
      minute_window,
      count(*)
    from
      windowed
    where
      not is_minute_open
    group by
      minute_window
    union all
    select
      'hourly',
      hour_window,
      count(*)
    from
      windowed
    where
      not is_hour_open
    group by
      hour_window
  )
select
  exists (
    select
    from
      frontier
  ) as is_set_up,
  (
    -- Nearly always -infinity: then no play is compared.
    select
      case
        when isfinite(horizon) then exists (
          select
          from
            candidates
          where
            "timestamp" < horizon
        )
        else false
      end
    from
      retention_horizons
    where
      kept = 'facts'
  ) as is_horizon_passed,
  case
  -- Nearly always: then the join below is spared.
    when (
      select
        count(*)
      from
        candidates
    ) = (
      select
        count(*)
      from
        inserted
    ) then array[]::integer[]
    else array(
      select
        c.ordinal
      from
        candidates c
      where
        not exists (
          select
          from
            winners w
            join inserted i on i.event_id = w.event_id
          where
            w.ordinal = c.ordinal
        )
      order by
        c.ordinal
    )
  end as not_inserted_ordinals,
  array(
    select
      w.ordinal
    from
      winners w
      join windowed late on late.event_id = w.event_id
    where
      not (
        late.is_minute_open
        and late.is_hour_open
      )
    order by
      w.ordinal
  ) as late_ordinals
