-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
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
