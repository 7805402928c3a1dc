-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy content_performance_partials (
  time_window,
  song_id,
  artist_id,
  stream_count,
  completed_count,
  skipped_count,
  liked_count
)
from
  stdin
with
  (format binary)
