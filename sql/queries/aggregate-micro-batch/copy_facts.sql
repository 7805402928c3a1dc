-- Binary COPY of plays into the facts, columns as encoded by encode-copy.ts, ordered by key: two copies of the same ids in
-- other orders would deadlock. Rerun: fails with unique_violation (23505) where an id is a fact.
copy stream_events (
  event_id,
  "timestamp",
  user_id,
  song_id,
  artist_id,
  album_id,
  device_id,
  location_id,
  stream_duration_seconds,
  is_complete_play,
  is_skipped,
  is_liked,
  is_shared,
  is_added_to_playlist
)
from
  stdin
with
  (format binary)
