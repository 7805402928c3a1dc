-- Makes one partial aggregate per key out of many. Parameters: $1 timestamptz, window start.
-- Rerun: folds rows into themselves.
with
  taken as (
    delete from device_partials
    where
      time_window = $1::timestamptz
    returning
      *
  )
insert into
  device_partials (
    time_window,
    device_id,
    stream_count,
    total_listen_time,
    completed_count
  )
select
  time_window,
  device_id,
  sum(stream_count),
  sum(total_listen_time),
  sum(completed_count)
from
  taken
group by
  time_window,
  device_id
