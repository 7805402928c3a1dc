-- Drops a window's partial aggregates: it is recomputed from the facts instead.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to delete.
delete from location_partials
where
  time_window = $1::timestamptz
