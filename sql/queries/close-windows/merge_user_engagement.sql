-- First publication of a window: its partial aggregates become metric rows and are deleted.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to merge.
with
  taken as (
    delete from user_engagement_partials
    where
      time_window = $1::timestamptz
    returning
      *
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
  time_window,
  user_id,
  sum(stream_count),
  sum(total_listen_time),
  sum(total_listen_time)::double precision / sum(stream_count),
  sum(skipped_count)::double precision / sum(stream_count),
  sum(liked_count)::double precision / sum(stream_count),
  sum(shared_count)::double precision / sum(stream_count),
  sum(added_to_playlist_count)::double precision / sum(stream_count)
from
  taken
group by
  time_window,
  user_id
order by
  user_id
