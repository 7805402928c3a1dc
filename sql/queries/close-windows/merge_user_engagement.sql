-- First publication of a window: its partial aggregates become metric rows and are deleted.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to merge.
with
  taken as (
    delete from user_engagement_partials
    where
      time_window = $1::timestamptz
    returning
      *
  ),
  -- As in the view user_engagement_partial_rows, which cannot take what it reads.
  unnested as (
    select
      unnest(user_ids) as user_id,
      unnest(stream_counts) as stream_count,
      unnest(total_listen_times) as total_listen_time,
      unnest(skipped_counts) as skipped_count,
      unnest(liked_counts) as liked_count,
      unnest(shared_counts) as shared_count,
      unnest(added_to_playlist_counts) as added_to_playlist_count
    from
      taken
  ),
  -- Materialized, so that the order of the insert does not make the planner sort what is hashed in half the time.
  totals as materialized (
    select
      user_id,
      sum(stream_count) as stream_count,
      sum(total_listen_time) as total_listen_time,
      sum(skipped_count) as skipped_count,
      sum(liked_count) as liked_count,
      sum(shared_count) as shared_count,
      sum(added_to_playlist_count) as added_to_playlist_count
    from
      unnested
    group by
      user_id
  )
insert into
  user_engagement_metrics (
    time_window,
    user_id,
    stream_count,
    total_listen_time,
    avg_listen_time,
    skip_rate,
    like_rate,
    share_rate,
    playlist_add_rate
  )
select
  $1::timestamptz,
  user_id,
  stream_count,
  total_listen_time,
  total_listen_time::double precision / stream_count,
  skipped_count::double precision / stream_count,
  liked_count::double precision / stream_count,
  shared_count::double precision / stream_count,
  added_to_playlist_count::double precision / stream_count
from
  totals
order by
  user_id
