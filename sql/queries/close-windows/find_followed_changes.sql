-- Whether there are changes of users' segments that all sums have followed.
-- Rows: one; is_found boolean. Reads only.
select
  exists (
    select
    from
      user_segment_changes
    where
      version <= coalesce(
        (
          select
            min(version)
          from
            user_engagement_segment_versions
        ),
        (
          select
            version
          from
            user_segment_version
        )
      )
  ) as is_found
