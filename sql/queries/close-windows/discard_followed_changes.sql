-- Drops the changes of users' segments that all sums have followed. Rerun: nothing left to delete.
delete from user_segment_changes
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
