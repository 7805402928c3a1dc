-- Waits until no micro-batch is between reading the frontiers and its commit, and keeps new ones out
-- until this transaction ends: an instant.
select
  pg_advisory_xact_lock(1, 0)
