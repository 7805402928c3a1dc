-- Hours with sums by segment that lack twenty changes of users' segments, or one that is a day old: what they lack is looked up with
-- every answer, but to have the sums follow takes going through all windows.
-- Rows: time_window, those first that lack most, the newest of them first, five hundred at most: the next run takes more. Reads only.
select
  date_bin(
    interval '1 hour',
    s.time_window,
    timestamptz '1970-01-01 00:00:00+00'
  ) as time_window
from
  user_engagement_segment_versions s
where
  s.version < greatest(
    (
      select
        version
      from
        user_segment_changes
      order by
        version desc
      offset
        19
      limit
        1
    ),
    (
      select
        max(version)
      from
        user_segment_changes
      where
        changed_at <= clock_timestamp() - interval '1 day'
        -- The clock was put back.
        or changed_at > clock_timestamp()
    )
  )
group by
  1
order by
  min(s.version),
  1 desc
limit
  500
