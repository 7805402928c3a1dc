-- What became of the records of every topic.
-- Rows: one per topic and outcome. Parameters: none. Rerun: reads only.
select
  l.topic,
  o.outcome,
  sum(o.record_count) as record_count
from
  partition_ledger l
  cross join lateral (
    select
      1 as position,
      'accepted' as outcome,
      l.accepted_count as record_count
    union all
    select
      2,
      '... of these late',
      l.late_count
    union all
    select
      3,
      'duplicate',
      l.duplicate_count
    union all
    select
      4,
      'rejected: ' || r.key,
      r.value::bigint
    from
      jsonb_each_text(l.rejected_counts) r
    union all
    select
      5,
      'redelivered',
      l.redelivered_count
  ) o
group by
  l.topic,
  o.position,
  o.outcome
having
  sum(o.record_count) > 0
  or o.position = 1
order by
  l.topic,
  o.position,
  o.outcome
