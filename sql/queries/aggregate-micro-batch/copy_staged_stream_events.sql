-- Binary COPY of doubtful plays into the session's temporary table, columns as encoded by encode-copy.ts.
copy staged_stream_events (
  ordinal,
  partition,
  "offset",
  is_future,
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
