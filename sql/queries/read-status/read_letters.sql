-- Dead letters by what is left to do. Parameters: none. Rows: one; counts as text, oldest_waiting_at RFC 3339 or null,
-- oldest_waiting_seconds double precision, the same by the database's clock, or null;
-- due_count counts what the next redrive takes, references that have just arrived included. Rerun: reads only.
select
  count(*) filter (
    where
      state = 'waiting'
  ) as waiting_count,
  (
    count(*) filter (
      where
        state = 'waiting'
        and due_at is not null
    ) + (
      select
        count(*)
      from
        arrived_references
    )
  ) as due_count,
  count(*) filter (
    where
      state = 'redriven'
  ) as redriven_count,
  count(*) filter (
    where
      state = 'resolved'
  ) as resolved_count,
  count(*) filter (
    where
      state = 'buried'
  ) as buried_count,
  to_char(
    min(first_seen_at) filter (
      where
        state = 'waiting'
    ) at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as oldest_waiting_at,
  extract(
    epoch
    from
      clock_timestamp() - min(first_seen_at) filter (
        where
          state = 'waiting'
      )
  )::double precision as oldest_waiting_seconds
from
  dead_letters
