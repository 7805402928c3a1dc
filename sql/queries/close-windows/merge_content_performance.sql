-- First publication of a window: its partial aggregates become metric rows and are deleted.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to merge.
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
  -- Materialized, so that the order of the insert does not make the planner sort what is hashed in half the time.
  totals as materialized (
    select
      song_id,
      artist_id,
      sum(stream_count) as stream_count,
      sum(completed_count) as completed_count,
      sum(skipped_count) as skipped_count,
      sum(liked_count) as liked_count
    from
      unnested
    group by
      song_id,
      artist_id
  )
insert into
  content_performance_metrics (
    time_window,
    song_id,
    artist_id,
    stream_count,
    completion_rate,
    skip_rate,
    like_rate
  )
select
  $1::timestamptz,
  song_id,
  artist_id,
  stream_count,
  completed_count::double precision / stream_count,
  skipped_count::double precision / stream_count,
  liked_count::double precision / stream_count
from
  totals
order by
  song_id,
  artist_id
