-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy hourly_partials (
  time_window,
  stream_count,
  total_listen_time,
  skipped_count,
  liked_count,
  user_ids,
  song_ids,
  artist_ids
)
from
  stdin
with
  (format binary)
