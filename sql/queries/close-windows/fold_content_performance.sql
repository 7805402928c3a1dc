-- Makes one partial aggregate of a window out of many, each key once. Parameters: $1 timestamptz, window start.
-- Rerun: folds one row into itself. A million keys are 4 MB per array (Postgres holds 1 GB).
with
  taken as (
    delete from content_performance_partials
    where
      time_window = $1::timestamptz
    returning
      *
  ),
  -- As in the view content_performance_partial_rows, which cannot take what it reads.
  unnested as (
    select
      unnest(song_ids) as song_id,
      unnest(artist_ids) as artist_id,
      unnest(stream_counts) as stream_count,
      unnest(completed_counts) as completed_count,
      unnest(skipped_counts) as skipped_count,
      unnest(liked_counts) as liked_count
    from
      taken
  ),
  totals as (
    select
      song_id,
      artist_id,
      sum(stream_count)::integer as stream_count,
      sum(completed_count)::integer as completed_count,
      sum(skipped_count)::integer as skipped_count,
      sum(liked_count)::integer as liked_count
    from
      unnested
    group by
      song_id,
      artist_id
  )
insert into
  content_performance_partials (
    time_window,
    song_ids,
    artist_ids,
    stream_counts,
    completed_counts,
    skipped_counts,
    liked_counts
  )
select
  $1::timestamptz,
  array_agg(song_id),
  array_agg(artist_id),
  array_agg(stream_count),
  array_agg(completed_count),
  array_agg(skipped_count),
  array_agg(liked_count)
from
  totals
having
  count(*) > 0
