-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- What a revision changes is recorded with it; a first publication changes nothing. Listeners follow the facts.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
with
  plays as materialized (
    select
      location_id,
      user_id,
      song_id
    from
      stream_events
    where
      "timestamp" >= $1::timestamptz
      and "timestamp" < $2::timestamptz
  ),
  listeners as materialized (
    select
      location_id,
      user_id >> 11 as chunk,
      bit_or(
        set_bit(repeat('0', 2048)::bit(2048), user_id & 2047, 1)
      ) as listeners
    from
      (
        select distinct
          location_id,
          user_id
        from
          plays
      )
    group by
      location_id,
      user_id >> 11
  ),
  removed_listeners as (
    delete from location_listeners l
    where
      l.time_window = $1::timestamptz
      and not exists (
        select
        from
          listeners f
        where
          (f.location_id, f.chunk) = (l.location_id, l.chunk)
      )
  ),
  changed_listeners as (
    insert into
      location_listeners as l (time_window, location_id, chunk, listeners)
    select
      $1::timestamptz,
      location_id,
      chunk,
      listeners
    from
      listeners
    on conflict (time_window, location_id, chunk) do update
    set
      listeners = excluded.listeners
    where
      l.listeners <> excluded.listeners
  ),
  changed as (
    insert into
      location_metrics as m (
        time_window,
        location_id,
        stream_count,
        unique_users,
        unique_songs
      )
    select
      $1::timestamptz,
      location_id,
      count(*),
      count(distinct user_id),
      count(distinct song_id)
    from
      plays
    group by
      location_id
    order by
      location_id
    on conflict (time_window, location_id) do update
    set
      stream_count = excluded.stream_count,
      unique_users = excluded.unique_users,
      unique_songs = excluded.unique_songs,
      revision = m.revision + 1,
      updated_at = now()
    where
      (m.stream_count, m.unique_users, m.unique_songs) is distinct from (
        excluded.stream_count,
        excluded.unique_users,
        excluded.unique_songs
      )
    returning
      new.time_window,
      jsonb_build_object('location_id', new.location_id) as key,
      new.revision,
      new.updated_at,
      to_jsonb(old) - array[
        'time_window',
        'location_id',
        'revision',
        'updated_at'
      ] as old_values,
      to_jsonb(new) - array[
        'time_window',
        'location_id',
        'revision',
        'updated_at'
      ] as new_values
  )
insert into
  metric_revisions (
    metric_table,
    time_window,
    key,
    revision,
    changed_at,
    old_values,
    new_values
  )
select
  'location_metrics',
  time_window,
  key,
  revision,
  updated_at,
  old_values,
  new_values
from
  changed
where
  old_values is not null
  or exists (
    select
    from
      window_publications
    where
      window_kind = 'minutes'
      and window_start = $1::timestamptz
  )
