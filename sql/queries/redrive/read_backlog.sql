-- What is left to do with dead letters. Parameters: none. Rows: one; oldest_waiting_ms is null where none waits.
-- Rerun: reads only.
select
  count(*) filter (
    where
      state = 'waiting'
  )::text as waiting_count,
  count(*) filter (
    where
      state = 'redriven'
  )::text as redriven_count,
  (
    extract(
      epoch
      from
        clock_timestamp() - min(first_seen_at) filter (
          where
            state = 'waiting'
        )
    ) * 1000
  )::bigint::text as oldest_waiting_ms
from
  dead_letters
where
  state in ('waiting', 'redriven')
