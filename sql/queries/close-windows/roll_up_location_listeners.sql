-- Puts together who listened at each location in an hour's published windows.
-- Parameters: $1 timestamptz, start of the hour; $2 timestamptz, up to where, as record_roll_up.sql returns it.
-- Rerun: only after discard_location_listener_hour.sql.
insert into
  location_listener_hours (time_window, location_id, chunk, listeners)
select
  $1::timestamptz,
  location_id,
  chunk,
  bit_or(listeners)
from
  location_listeners
where
  time_window >= $1::timestamptz
  and time_window < $2::timestamptz
group by
  location_id,
  chunk
