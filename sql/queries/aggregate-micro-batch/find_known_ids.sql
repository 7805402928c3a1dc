-- Those of the event ids that are facts.
-- Parameters: $1 uuid[]. Rows: event_id. The limit has each id looked up by itself, not all facts read for them.
-- Rerun: reads only.
select
  r.event_id
from
  unnest($1::uuid[]) as r (event_id)
  cross join lateral (
    select
    from
      stream_events f
    where
      f.event_id = r.event_id
    limit
      1
  ) f
