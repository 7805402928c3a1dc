-- Drops a window's sums by segment, which are out of date.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to delete.
delete from user_engagement_segments
where
  time_window = $1::timestamptz
