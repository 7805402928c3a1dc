-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy content_performance_partials (
  time_window,
  song_ids,
  artist_ids,
  stream_counts,
  completed_counts,
  skipped_counts,
  liked_counts
)
from
  stdin
with
  (format binary)
