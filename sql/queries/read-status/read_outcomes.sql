-- What became of the records of every source topic so far.
-- Parameters: none.
-- Rows: topic text; accepted_count, duplicate_count, redelivered_count, late_count bigint;
--   rejected_counts jsonb, reason code -> number of rejected records.
-- Reads only.
with
  totals as (
    select
      topic,
      sum(accepted_count)::bigint as accepted_count,
      sum(duplicate_count)::bigint as duplicate_count,
      sum(redelivered_count)::bigint as redelivered_count,
      sum(late_count)::bigint as late_count
    from
      partition_ledger
    group by
      topic
  ),
  reasons as (
    select
      topic,
      reason,
      sum(rejected_count::bigint)::bigint as rejected_count
    from
      partition_ledger
      cross join lateral jsonb_each_text(rejected_counts) as rejected (reason, rejected_count)
    group by
      topic,
      reason
  )
select
  topic,
  accepted_count,
  duplicate_count,
  redelivered_count,
  late_count,
  coalesce(
    (
      select
        jsonb_object_agg(
          reason,
          rejected_count
          order by
            reason
        )
      from
        reasons
      where
        reasons.topic = totals.topic
    ),
    '{}'
  ) as rejected_counts
from
  totals
order by
  topic;
