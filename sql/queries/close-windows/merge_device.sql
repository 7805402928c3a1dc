-- First publication of a window: its partial aggregates become metric rows and are deleted.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to merge.
with
  taken as (
    delete from device_partials
    where
      time_window = $1::timestamptz
    returning
      *
  )
insert into
  device_metrics (
    time_window,
    device_id,
    stream_count,
    avg_listen_time,
    completion_rate
  )
select
  time_window,
  device_id,
  sum(stream_count),
  sum(total_listen_time)::double precision / sum(stream_count),
  sum(completed_count)::double precision / sum(stream_count)
from
  taken
group by
  time_window,
  device_id
