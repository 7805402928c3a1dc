-- Published windows as they are, open ones merged from their partial aggregates, so that a dashboard
-- shows the current minutes at once. Publishing deletes the partial aggregates in the same transaction:
-- no window is ever seen twice.
create view user_engagement_live as
select
  time_window,
  user_id,
  stream_count,
  total_listen_time,
  avg_listen_time,
  skip_rate,
  like_rate,
  share_rate,
  playlist_add_rate,
  true as is_final
from
  user_engagement_metrics
union all
select
  time_window,
  user_id,
  sum(stream_count)::bigint,
  sum(total_listen_time)::bigint,
  sum(total_listen_time)::double precision / sum(stream_count),
  sum(skipped_count)::double precision / sum(stream_count),
  sum(liked_count)::double precision / sum(stream_count),
  sum(shared_count)::double precision / sum(stream_count),
  sum(added_to_playlist_count)::double precision / sum(stream_count),
  false
from
  user_engagement_partials
group by
  time_window,
  user_id;

create view content_performance_live as
select
  time_window,
  song_id,
  artist_id,
  stream_count,
  completion_rate,
  skip_rate,
  like_rate,
  true as is_final
from
  content_performance_metrics
union all
select
  time_window,
  song_id,
  artist_id,
  sum(stream_count)::bigint,
  sum(completed_count)::double precision / sum(stream_count),
  sum(skipped_count)::double precision / sum(stream_count),
  sum(liked_count)::double precision / sum(stream_count),
  false
from
  content_performance_partials
group by
  time_window,
  song_id,
  artist_id;

create view device_live as
select
  time_window,
  device_id,
  stream_count,
  avg_listen_time,
  completion_rate,
  true as is_final
from
  device_metrics
union all
select
  time_window,
  device_id,
  sum(stream_count)::bigint,
  sum(total_listen_time)::double precision / sum(stream_count),
  sum(completed_count)::double precision / sum(stream_count),
  false
from
  device_partials
group by
  time_window,
  device_id;

create view location_live as
select
  time_window,
  location_id,
  stream_count,
  unique_users,
  unique_songs,
  true as is_final
from
  location_metrics
union all
select
  time_window,
  location_id,
  sum(stream_count)::bigint,
  (
    select
      count(distinct m.id)
    from
      location_partials q,
      unnest(q.user_ids) as m (id)
    where
      q.time_window = p.time_window
      and q.location_id = p.location_id
  ),
  (
    select
      count(distinct m.id)
    from
      location_partials q,
      unnest(q.song_ids) as m (id)
    where
      q.time_window = p.time_window
      and q.location_id = p.location_id
  ),
  false
from
  location_partials p
group by
  time_window,
  location_id;

create view hourly_live as
select
  time_window,
  stream_count,
  unique_users,
  unique_songs,
  unique_artists,
  total_listen_time,
  avg_listen_time,
  skip_rate,
  like_rate,
  true as is_final
from
  hourly_metrics
union all
select
  time_window,
  sum(stream_count)::bigint,
  (
    select
      count(distinct m.id)
    from
      hourly_partials q,
      unnest(q.user_ids) as m (id)
    where
      q.time_window = p.time_window
  ),
  (
    select
      count(distinct m.id)
    from
      hourly_partials q,
      unnest(q.song_ids) as m (id)
    where
      q.time_window = p.time_window
  ),
  (
    select
      count(distinct m.id)
    from
      hourly_partials q,
      unnest(q.artist_ids) as m (id)
    where
      q.time_window = p.time_window
  ),
  sum(total_listen_time)::bigint,
  sum(total_listen_time)::double precision / sum(stream_count),
  sum(skipped_count)::double precision / sum(stream_count),
  sum(liked_count)::double precision / sum(stream_count),
  false
from
  hourly_partials p
group by
  time_window;

/* sql-formatter-disable */
grant select on user_engagement_live, content_performance_live, device_live, location_live, hourly_live to reader;
/* sql-formatter-enable */
