-- Deletes some facts, not their metric rows before their horizon.
-- Parameters: $1 integer, how many at most. Row: one; removed_count bigint, below that when nothing is left.
-- Rerun: goes on.
select
  remove_facts ($1::integer) as removed_count
