-- Binary COPY of what a micro-batch adds, columns as encoded by encode-partials.ts. Rerun: counts twice, hence only in the
-- transaction that inserts the facts.
copy window_partials (window_kind, window_start, stream_count)
from
  stdin
with
  (format binary)
