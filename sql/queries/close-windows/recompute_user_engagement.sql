-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- What a revision changes is recorded with it; a first publication changes nothing.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
with
  changed as (
    insert into
      user_engagement_metrics as m (
        time_window,
        user_id,
        stream_count,
        total_listen_time,
        avg_listen_time,
        skip_rate,
        like_rate,
        share_rate,
        playlist_add_rate
      )
    select
      $1::timestamptz,
      user_id,
      count(*),
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
      )::double precision / count(*),
      (
        count(*) filter (
          where
            is_shared
        )
      )::double precision / count(*),
      (
        count(*) filter (
          where
            is_added_to_playlist
        )
      )::double precision / count(*)
    from
      stream_events
    where
      "timestamp" >= $1::timestamptz
      and "timestamp" < $2::timestamptz
    group by
      user_id
    order by
      user_id
    on conflict (time_window, user_id) do update
    set
      stream_count = excluded.stream_count,
      total_listen_time = excluded.total_listen_time,
      avg_listen_time = excluded.avg_listen_time,
      skip_rate = excluded.skip_rate,
      like_rate = excluded.like_rate,
      share_rate = excluded.share_rate,
      playlist_add_rate = excluded.playlist_add_rate,
      revision = m.revision + 1,
      updated_at = now()
    where
      (
        m.stream_count,
        m.total_listen_time,
        m.avg_listen_time,
        m.skip_rate,
        m.like_rate,
        m.share_rate,
        m.playlist_add_rate
      ) is distinct from (
        excluded.stream_count,
        excluded.total_listen_time,
        excluded.avg_listen_time,
        excluded.skip_rate,
        excluded.like_rate,
        excluded.share_rate,
        excluded.playlist_add_rate
      )
    returning
      new.time_window,
      jsonb_build_object('user_id', new.user_id) as key,
      new.revision,
      new.updated_at,
      to_jsonb(old) - array[
        'time_window',
        'user_id',
        'revision',
        'updated_at'
      ] as old_values,
      to_jsonb(new) - array[
        'time_window',
        'user_id',
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
  'user_engagement_metrics',
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
