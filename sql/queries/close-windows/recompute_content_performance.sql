-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- What a revision changes is recorded with it; a first publication changes nothing.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
with
  changed as (
    insert into
      content_performance_metrics as m (
        time_window,
        song_id,
        artist_id,
        stream_count,
        completion_rate,
        skip_rate,
        like_rate
      )
    select
      $1::timestamptz,
      song_id,
      artist_id,
      count(*),
      (
        count(*) filter (
          where
            is_complete_play
        )
      )::double precision / count(*),
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
    group by
      song_id,
      artist_id
    order by
      song_id,
      artist_id
    on conflict (time_window, song_id, artist_id) do update
    set
      stream_count = excluded.stream_count,
      completion_rate = excluded.completion_rate,
      skip_rate = excluded.skip_rate,
      like_rate = excluded.like_rate,
      revision = m.revision + 1,
      updated_at = now()
    where
      (
        m.stream_count,
        m.completion_rate,
        m.skip_rate,
        m.like_rate
      ) is distinct from (
        excluded.stream_count,
        excluded.completion_rate,
        excluded.skip_rate,
        excluded.like_rate
      )
    returning
      new.time_window,
      jsonb_build_object(
        'song_id',
        new.song_id,
        'artist_id',
        new.artist_id
      ) as key,
      new.revision,
      new.updated_at,
      to_jsonb(old) - array[
        'time_window',
        'song_id',
        'artist_id',
        'revision',
        'updated_at'
      ] as old_values,
      to_jsonb(new) - array[
        'time_window',
        'song_id',
        'artist_id',
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
  'content_performance_metrics',
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
