-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy location_partials (
  time_window,
  location_id,
  stream_count,
  user_ids,
  song_ids
)
from
  stdin
with
  (format binary)
