-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
insert into
  location_metrics as m (
    time_window,
    location_id,
    stream_count,
    unique_users,
    unique_songs
  )
select
  $1::timestamptz,
  location_id,
  count(*),
  count(distinct user_id),
  count(distinct song_id)
from
  stream_events
where
  "timestamp" >= $1::timestamptz
  and "timestamp" < $2::timestamptz
group by
  location_id
order by
  location_id
on conflict (time_window, location_id) do update
set
  stream_count = excluded.stream_count,
  unique_users = excluded.unique_users,
  unique_songs = excluded.unique_songs,
  revision = m.revision + 1,
  updated_at = now()
where
  (m.stream_count, m.unique_users, m.unique_songs) is distinct from (
    excluded.stream_count,
    excluded.unique_users,
    excluded.unique_songs
  )
