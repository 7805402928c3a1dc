-- Deletes a closed window's metric rows that no fact stands behind any more.
-- Parameters: $1, $2 timestamptz, window start and end. Rows: one per deleted row.
-- Rerun: nothing left to delete.
delete from location_metrics m
where
  m.time_window = $1::timestamptz
  and not exists (
    select
    from
      stream_events e
    where
      e."timestamp" >= $1::timestamptz
      and e."timestamp" < $2::timestamptz
      and e.location_id = m.location_id
  )
returning
  m.time_window
