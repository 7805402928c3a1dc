-- Every handled offset was accepted, a duplicate or rejected, exactly one of these.
-- Rows: one per partition whose handled offsets and counted outcomes differ. Parameters: none. Rerun: reads only.
with
  counted as (
    select
      topic,
      partition,
      incarnation,
      accepted_count,
      duplicate_count,
      (
        select
          coalesce(sum(upper(r.offsets) - lower(r.offsets)), 0)
        from
          unnest(handled_offsets) as r (offsets)
      ) as handled_count,
      (
        select
          coalesce(sum(c.value::bigint), 0)
        from
          jsonb_each_text(rejected_counts) c
      ) as rejected_count
    from
      partition_ledger
  )
select
  topic,
  partition,
  incarnation,
  handled_count,
  accepted_count,
  duplicate_count,
  rejected_count
from
  counted
where
  handled_count is distinct from accepted_count + duplicate_count + rejected_count
order by
  topic,
  partition,
  incarnation
