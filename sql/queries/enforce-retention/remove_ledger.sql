-- Deletes some ledger rows of earlier incarnations of a topic before their horizon.
-- Parameters: $1 integer, how many at most. Row: one; removed_count bigint, below that when nothing is left.
-- Rerun: goes on.
select
  remove_ledger ($1::integer) as removed_count
