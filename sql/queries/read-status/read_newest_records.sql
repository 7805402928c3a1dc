-- How old the newest handled record of every partition is, by the database's clock.
-- Parameters: none.
-- Rows: topic text; partition integer; age_seconds double precision, never below zero. None before the first record.
-- Reads only.
select distinct
  on (topic, partition) topic,
  partition,
  greatest(
    0,
    extract(
      epoch
      from
        clock_timestamp() - newest_record_at
    )
  )::double precision as age_seconds
from
  partition_ledger
where
  newest_record_at is not null
order by
  topic,
  partition,
  incarnation desc
