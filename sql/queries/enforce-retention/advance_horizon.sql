-- Moves a horizon on, never back; that of the facts while the frontiers are locked (lock_frontiers_exclusive.sql).
-- Parameters: $1 text, what is kept; $2 bigint, for how long, in ms.
-- Row: one; horizon timestamptz, null where it did not move. Rerun: monotone.
select
  advance_retention_horizon ($1::text, $2::bigint * interval '1 millisecond') as horizon
