-- Waits until no micro-batch is between its lock on the frontiers and its commit; others wait at their end until this
-- transaction ends: an instant.
select
  pg_advisory_xact_lock(1, 0)
