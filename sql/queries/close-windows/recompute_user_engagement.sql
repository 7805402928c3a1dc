-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
insert into
  user_engagement_metrics as m (
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
  count(*),
  sum(stream_duration_seconds),
  sum(stream_duration_seconds)::double precision / count(*),
  (
    count(*) filter (
      where
        is_skipped
    )
  )::double precision / count(*),
  (
    count(*) filter (
      where
        is_liked
    )
  )::double precision / count(*),
  (
    count(*) filter (
      where
        is_shared
    )
  )::double precision / count(*),
  (
    count(*) filter (
      where
        is_added_to_playlist
    )
  )::double precision / count(*)
from
  stream_events
where
  "timestamp" >= $1::timestamptz
  and "timestamp" < $2::timestamptz
group by
  user_id
order by
  user_id
on conflict (time_window, user_id) do update
set
  stream_count = excluded.stream_count,
  total_listen_time = excluded.total_listen_time,
  avg_listen_time = excluded.avg_listen_time,
  skip_rate = excluded.skip_rate,
  like_rate = excluded.like_rate,
  share_rate = excluded.share_rate,
  playlist_add_rate = excluded.playlist_add_rate,
  revision = m.revision + 1,
  updated_at = now()
where
  (
    m.stream_count,
    m.total_listen_time,
    m.avg_listen_time,
    m.skip_rate,
    m.like_rate,
    m.share_rate,
    m.playlist_add_rate
  ) is distinct from (
    excluded.stream_count,
    excluded.total_listen_time,
    excluded.avg_listen_time,
    excluded.skip_rate,
    excluded.like_rate,
    excluded.share_rate,
    excluded.playlist_add_rate
  )
