-- Hours with sums by segment that are older than the last change of a user's segment, once there are twenty of these or one is
-- a day old: each is looked up with every answer, but to have the sums follow takes going through all windows.
-- Rows: time_window, newest first, two dozen at most: the next run takes more. Reads only.
select
  date_bin(
    interval '1 hour',
    s.time_window,
    timestamptz '1970-01-01 00:00:00+00'
  ) as time_window
from
  user_engagement_segment_versions s
where
  s.version < (
    select
      version
    from
      user_segment_version
  )
  and (
    select
      count(*) >= 20
      or min(changed_at) <= clock_timestamp() - interval '1 day'
      -- The clock was put back.
      or max(changed_at) > clock_timestamp()
    from
      user_segment_changes
  )
group by
  1
order by
  1 desc
limit
  24
