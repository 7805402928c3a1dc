-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy user_engagement_partials (
  time_window,
  user_ids,
  stream_counts,
  total_listen_times,
  skipped_counts,
  liked_counts,
  shared_counts,
  added_to_playlist_counts
)
from
  stdin
with
  (format binary)
