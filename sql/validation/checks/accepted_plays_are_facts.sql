-- The facts are the plays that were accepted.
-- What retention has removed of either counts too. A replay may turn a record that was handled before into a fact, and counts it as redelivered.
-- Rows: one when there are fewer facts than accepted plays, or more than accepted and redelivered ones.
-- Parameters: none. Rerun: reads only.
with
  counts as (
    select
      topic,
      accepted_count,
      redelivered_count
    from
      partition_ledger
    union all
    select
      topic,
      accepted_count,
      redelivered_count
    from
      removed_counts
  ),
  ledger as (
    select
      coalesce(sum(accepted_count), 0) as accepted_count,
      coalesce(sum(redelivered_count), 0) as redelivered_count
    from
      counts
    where
      topic = 'stream-events'
  ),
  facts as (
    select
      count(*) + (
        select
          removed_count
        from
          retention_horizons
        where
          kept = 'facts'
      ) as fact_count
    from
      stream_events
  )
select
  fact_count,
  accepted_count,
  redelivered_count
from
  ledger
  cross join facts
where
  fact_count not between accepted_count and accepted_count + redelivered_count
