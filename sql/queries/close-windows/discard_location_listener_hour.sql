-- Drops who listened where in an hour, which is out of date. Parameters: $1 timestamptz, start of the hour.
-- Rerun: nothing left to delete.
delete from location_listener_hours
where
  time_window = $1::timestamptz
