-- Publishes or revises a closed window from the facts; only rows that differ are rewritten.
-- Parameters: $1, $2 timestamptz, window start and end. Rerun: changes nothing.
insert into
  content_performance_metrics as m (
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
  count(*),
  (
    count(*) filter (
      where
        is_complete_play
    )
  )::double precision / count(*),
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
  )::double precision / count(*)
from
  stream_events
where
  "timestamp" >= $1::timestamptz
  and "timestamp" < $2::timestamptz
group by
  song_id,
  artist_id
order by
  song_id,
  artist_id
on conflict (time_window, song_id, artist_id) do update
set
  stream_count = excluded.stream_count,
  completion_rate = excluded.completion_rate,
  skip_rate = excluded.skip_rate,
  like_rate = excluded.like_rate,
  revision = m.revision + 1,
  updated_at = now()
where
  (
    m.stream_count,
    m.completion_rate,
    m.skip_rate,
    m.like_rate
  ) is distinct from (
    excluded.stream_count,
    excluded.completion_rate,
    excluded.skip_rate,
    excluded.like_rate
  )
