-- Drops an hour's sums, which are out of date. Parameters: $1 timestamptz, start of the hour. Rerun: nothing left to delete.
delete from user_engagement_hours
where
  time_window = $1::timestamptz
