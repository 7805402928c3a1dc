-- Has the sums of a window's hour made anew: a rebuild may have put right what no metric row shows, such as who listened.
-- Parameters: $1 timestamptz, window start. Rerun: the same again.
update hour_rollups
set
  rolled_until = null,
  is_due = true,
  changed_at = clock_timestamp()
where
  time_window = date_bin(
    interval '1 hour',
    $1::timestamptz,
    timestamptz '1970-01-01 00:00:00+00'
  )
