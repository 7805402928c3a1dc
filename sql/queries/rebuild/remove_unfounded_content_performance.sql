-- Deletes a closed window's metric rows that no fact stands behind any more, and records it.
-- Parameters: $1, $2 timestamptz, window start and end. Rows: one per deleted row.
-- Rerun: nothing left to delete.
with
  removed as (
    delete from content_performance_metrics m
    where
      m.time_window = $1::timestamptz
      and not exists (
        select
        from
          stream_events e
        where
          e."timestamp" >= $1::timestamptz
          and e."timestamp" < $2::timestamptz
          and e.song_id = m.song_id
          and e.artist_id = m.artist_id
      )
    returning
      m.time_window,
      jsonb_build_object('song_id', m.song_id, 'artist_id', m.artist_id) as key,
      m.revision,
      to_jsonb(m) - array[
        'time_window',
        'song_id',
        'artist_id',
        'revision',
        'updated_at'
      ] as old_values
  )
insert into
  metric_revisions (
    metric_table,
    time_window,
    key,
    revision,
    changed_at,
    old_values,
    new_values
  )
select
  'content_performance_metrics',
  time_window,
  key,
  revision + 1,
  now(),
  old_values,
  null
from
  removed
returning
  time_window
