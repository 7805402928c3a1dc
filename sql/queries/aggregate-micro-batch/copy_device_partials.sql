-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy device_partials (
  time_window,
  device_id,
  stream_count,
  total_listen_time,
  completed_count
)
from
  stdin
with
  (format binary)
