-- Publishes or revises a closed hour from the facts; the row is rewritten only when it differs.
-- What a revision changes is recorded with it; a first publication changes nothing.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
with
  changed as (
    insert into
      hourly_metrics as m (
        time_window,
        stream_count,
        unique_users,
        unique_songs,
        unique_artists,
        total_listen_time,
        avg_listen_time,
        skip_rate,
        like_rate
      )
    select
      $1::timestamptz,
      count(*),
      count(distinct user_id),
      count(distinct song_id),
      count(distinct artist_id),
      sum(stream_duration_seconds),
      sum(stream_duration_seconds)::double precision / count(*),
      (
        count(*) filter (
          where
            is_skipped
        )
      )::double precision / count(*),
      (
        count(*) filter (
          where
            is_liked
        )
      )::double precision / count(*)
    from
      stream_events
    where
      "timestamp" >= $1::timestamptz
      and "timestamp" < $2::timestamptz
    having
      count(*) > 0
    on conflict (time_window) do update
    set
      stream_count = excluded.stream_count,
      unique_users = excluded.unique_users,
      unique_songs = excluded.unique_songs,
      unique_artists = excluded.unique_artists,
      total_listen_time = excluded.total_listen_time,
      avg_listen_time = excluded.avg_listen_time,
      skip_rate = excluded.skip_rate,
      like_rate = excluded.like_rate,
      revision = m.revision + 1,
      updated_at = now()
    where
      (
        m.stream_count,
        m.unique_users,
        m.unique_songs,
        m.unique_artists,
        m.total_listen_time,
        m.avg_listen_time,
        m.skip_rate,
        m.like_rate
      ) is distinct from (
        excluded.stream_count,
        excluded.unique_users,
        excluded.unique_songs,
        excluded.unique_artists,
        excluded.total_listen_time,
        excluded.avg_listen_time,
        excluded.skip_rate,
        excluded.like_rate
      )
    returning
      new.time_window,
      jsonb '{}' as key,
      new.revision,
      new.updated_at,
      to_jsonb(old) - array['time_window', 'revision', 'updated_at'] as old_values,
      to_jsonb(new) - array['time_window', 'revision', 'updated_at'] as new_values
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
  'hourly_metrics',
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
      window_kind = 'hourly'
      and window_start = $1::timestamptz
  )
