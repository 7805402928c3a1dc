-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- What a revision changes is recorded with it; a first publication changes nothing.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
with
  changed as (
    insert into
      device_metrics as m (
        time_window,
        device_id,
        stream_count,
        avg_listen_time,
        completion_rate
      )
    select
      $1::timestamptz,
      device_id,
      count(*),
      sum(stream_duration_seconds)::double precision / count(*),
      (
        count(*) filter (
          where
            is_complete_play
        )
      )::double precision / count(*)
    from
      stream_events
    where
      "timestamp" >= $1::timestamptz
      and "timestamp" < $2::timestamptz
    group by
      device_id
    order by
      device_id
    on conflict (time_window, device_id) do update
    set
      stream_count = excluded.stream_count,
      avg_listen_time = excluded.avg_listen_time,
      completion_rate = excluded.completion_rate,
      revision = m.revision + 1,
      updated_at = now()
    where
      (
        m.stream_count,
        m.avg_listen_time,
        m.completion_rate
      ) is distinct from (
        excluded.stream_count,
        excluded.avg_listen_time,
        excluded.completion_rate
      )
    returning
      new.time_window,
      jsonb_build_object('device_id', new.device_id) as key,
      new.revision,
      new.updated_at,
      to_jsonb(old) - array[
        'time_window',
        'device_id',
        'revision',
        'updated_at'
      ] as old_values,
      to_jsonb(new) - array[
        'time_window',
        'device_id',
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
  'device_metrics',
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
