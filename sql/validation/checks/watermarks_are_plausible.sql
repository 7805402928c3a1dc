-- No watermark lies more than 5 minutes ahead of the database's clock.
-- Plays further ahead of their record are rejected, so that no wrong clock can close windows too soon.
-- Rows: one per topic. Parameters: none. Rerun: reads only.
select
  topic,
  watermark,
  now() as database_time
from
  topic_watermarks
where
  watermark > now() + interval '5 minutes'
order by
  topic
