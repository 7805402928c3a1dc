-- Appended by late micro-batches, which never wait for each other's rows, and folded when the window is revised.
create table late_play_counts (
  window_kind text not null,
  window_start timestamptz not null,
  topic text not null,
  partition integer not null,
  late_count bigint not null,
  least_lateness interval not null,
  greatest_lateness interval not null,
  total_lateness interval not null
);

-- In the order of time, so that the newest windows are read without the others.
create index late_play_counts_window_idx on late_play_counts (window_start, window_kind);

create view late_plays as
select
  window_kind,
  window_start,
  topic,
  partition,
  sum(late_count)::bigint as late_count,
  min(least_lateness) as least_lateness,
  max(greatest_lateness) as greatest_lateness,
  sum(total_lateness) as total_lateness
from
  late_play_counts
group by
  window_start,
  window_kind,
  topic,
  partition;

comment on view late_plays is 'accepted plays that came after their window had closed, per window and source partition';

comment on column late_plays.late_count is 'a play is counted under each window size whose window had closed';

comment on column late_plays.least_lateness is 'lateness: from the window''s end until the broker took the record, whenever that was handled; below zero where the window was closed ahead of its time';

-- What became of the rows of published windows. No foreign key: metric tables have five different keys.
create table metric_revisions (
  revision_id bigint generated always as identity primary key,
  metric_table text not null,
  time_window timestamptz not null,
  key jsonb not null,
  revision integer not null,
  changed_at timestamptz not null,
  old_values jsonb,
  new_values jsonb
);

comment on table metric_revisions is 'every change of a metric row after its window was published, in the order of revision_id';

comment on column metric_revisions.key is 'the key but for time_window, column -> id';

comment on column metric_revisions.revision is 'of the metric row since this change; 0: late plays added the row';

comment on column metric_revisions.old_values is 'column -> value; null: there was no row, or (revision above 0) it was changed before changes were recorded';

comment on column metric_revisions.new_values is 'column -> value; null: the row was removed';

create index metric_revisions_row_idx on metric_revisions (metric_table, time_window, key);

-- Rows that were revised before: their latest change, as far as it is known.
insert into
  metric_revisions (
    metric_table,
    time_window,
    key,
    revision,
    changed_at,
    new_values
  )
select
  r.metric_table,
  r.time_window,
  r.key,
  r.revision,
  r.updated_at,
  r.columns - array(
    select
      jsonb_object_keys(r.key)
  ) - array['time_window', 'revision', 'updated_at']
from
  (
    select
      'user_engagement_metrics' as metric_table,
      time_window,
      jsonb_build_object('user_id', user_id) as key,
      revision,
      updated_at,
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
      updated_at,
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
      updated_at,
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
      updated_at,
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
      updated_at,
      to_jsonb(m)
    from
      hourly_metrics m
    where
      revision > 0
  ) r
order by
  r.updated_at,
  r.time_window;

/* sql-formatter-disable */
grant insert on late_play_counts to ingest;
grant select, insert, delete on late_play_counts to closer;
grant insert on metric_revisions to closer;
grant select on late_play_counts, late_plays, metric_revisions to reader;
/* sql-formatter-enable */
