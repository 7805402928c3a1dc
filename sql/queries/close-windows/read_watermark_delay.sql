-- How far a topic's watermark is behind the database's clock: the age of the newest window that can close.
-- Parameters: $1 text, topic.
-- Rows: one, or none before the watermark first moved; delay_ms double precision, milliseconds, never below zero.
-- Reads only.
select
  greatest(
    0,
    round(
      extract(
        epoch
        from
          clock_timestamp() - watermark
      ) * 1000
    )
  )::double precision as delay_ms
from
  topic_watermarks
where
  topic = $1::text
  and isfinite(watermark)
