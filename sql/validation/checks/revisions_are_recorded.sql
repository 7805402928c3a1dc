-- The history of every metric row ends with the revision that the row has, and holds each revision once.
-- A row that was removed and came back begins anew. Of rows that were revised before changes were recorded only the
-- latest of those revisions is known, without its old values.
-- Of what retention has removed nothing is asked.
-- Rows: one per metric row whose history is missing, unexpected, has gaps or says other values than the row.
-- Parameters: none. Rerun: reads only.
with
  kept as (
    select
      horizon
    from
      retention_horizons
    where
      kept = 'revisions'
  ),
  revised as (
    select
      'user_engagement_metrics' as metric_table,
      time_window,
      jsonb_build_object('user_id', user_id) as key,
      revision,
      to_jsonb(m) as columns
    from
      user_engagement_metrics m
    where
      revision > 0
    union all
    select
      'content_performance_metrics',
      time_window,
      jsonb_build_object('song_id', song_id, 'artist_id', artist_id),
      revision,
      to_jsonb(m)
    from
      content_performance_metrics m
    where
      revision > 0
    union all
    select
      'device_metrics',
      time_window,
      jsonb_build_object('device_id', device_id),
      revision,
      to_jsonb(m)
    from
      device_metrics m
    where
      revision > 0
    union all
    select
      'location_metrics',
      time_window,
      jsonb_build_object('location_id', location_id),
      revision,
      to_jsonb(m)
    from
      location_metrics m
    where
      revision > 0
    union all
    select
      'hourly_metrics',
      time_window,
      '{}',
      revision,
      to_jsonb(m)
    from
      hourly_metrics m
    where
      revision > 0
  ),
  changes as (
    select
      *,
      max(revision_id) filter (
        where
          new_values is null
      ) over (
        partition by
          metric_table,
          time_window,
          key
      ) as removal_id
    from
      metric_revisions
  ),
  histories as (
    select
      metric_table,
      time_window,
      key,
      count(*) as recorded_count,
      min(revision) as first_revision,
      max(revision) as last_revision,
      (
        array_agg(
          old_values
          order by
            revision_id
        )
      ) [1] is null as is_beginning_unknown,
      (
        array_agg(
          new_values
          order by
            revision_id desc
        )
      ) [1] as last_values
    from
      changes
    where
      revision_id > coalesce(removal_id, 0)
      and revision > 0
    group by
      metric_table,
      time_window,
      key
  )
select
  metric_table,
  time_window,
  key,
  r.revision as row_revision,
  h.last_revision as recorded_revision,
  h.recorded_count,
  r.columns @> h.last_values as has_recorded_values
from
  revised r
  full join histories h using (metric_table, time_window, key)
  cross join kept k
where
  (
    r.revision is distinct from h.last_revision
    and (
      h.last_revision is not null
      or (r.columns ->> 'updated_at')::timestamptz >= k.horizon
    )
  )
  or h.recorded_count <> h.last_revision - h.first_revision + 1
  or (
    h.first_revision > 1
    and not h.is_beginning_unknown
    and not isfinite(k.horizon)
  )
  or not r.columns @> h.last_values
order by
  metric_table,
  time_window,
  key
