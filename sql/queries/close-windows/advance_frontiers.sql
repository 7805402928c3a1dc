-- Closes every window that ends at or before the topic's watermark.
-- Parameters: $1 text, topic. Rows: the frontiers that moved. Rerun: monotone.
update window_frontiers f
set
  closed_until = date_bin(
    f.window_size,
    w.watermark,
    timestamptz '1970-01-01 00:00:00+00'
  ),
  moved_at = clock_timestamp()
from
  topic_watermarks w
where
  w.topic = $1::text
  and isfinite(w.watermark)
  and date_bin(
    f.window_size,
    w.watermark,
    timestamptz '1970-01-01 00:00:00+00'
  ) > f.closed_until
returning
  f.window_kind
