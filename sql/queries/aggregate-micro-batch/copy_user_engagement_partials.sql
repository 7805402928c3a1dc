-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy user_engagement_partials (
  time_window,
  user_id,
  stream_count,
  total_listen_time,
  skipped_count,
  liked_count,
  shared_count,
  added_to_playlist_count
)
from
  stdin
with
  (format binary)
