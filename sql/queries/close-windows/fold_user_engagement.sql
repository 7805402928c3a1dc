-- Makes one partial aggregate of a window out of many, each key once. Parameters: $1 timestamptz, window start.
-- Rerun: folds one row into itself. A million users are 4 MB per array (Postgres holds 1 GB).
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
  totals as (
    select
      user_id,
      sum(stream_count)::integer as stream_count,
      sum(total_listen_time)::bigint as total_listen_time,
      sum(skipped_count)::integer as skipped_count,
      sum(liked_count)::integer as liked_count,
      sum(shared_count)::integer as shared_count,
      sum(added_to_playlist_count)::integer as added_to_playlist_count
    from
      unnested
    group by
      user_id
  )
insert into
  user_engagement_partials (
    time_window,
    user_ids,
    stream_counts,
    total_listen_times,
    skipped_counts,
    liked_counts,
    shared_counts,
    added_to_playlist_counts
  )
select
  $1::timestamptz,
  array_agg(user_id),
  array_agg(stream_count),
  array_agg(total_listen_time),
  array_agg(skipped_count),
  array_agg(liked_count),
  array_agg(shared_count),
  array_agg(added_to_playlist_count)
from
  totals
having
  count(*) > 0
