-- Deletes a closed window's metric rows that no fact stands behind any more, and records it.
-- Parameters: $1, $2 timestamptz, window start and end. Rows: one per deleted row.
-- Rerun: nothing left to delete.
with
  removed as (
    delete from device_metrics m
    where
      m.time_window = $1::timestamptz
      and not exists (
        select
        from
          stream_events e
        where
          e."timestamp" >= $1::timestamptz
          and e."timestamp" < $2::timestamptz
          and e.device_id = m.device_id
      )
    returning
      m.time_window,
      jsonb_build_object('device_id', m.device_id) as key,
      m.revision,
      to_jsonb(m) - array[
        'time_window',
        'device_id',
        'revision',
        'updated_at'
      ] as old_values
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
  revision + 1,
  now(),
  old_values,
  null
from
  removed
returning
  time_window
