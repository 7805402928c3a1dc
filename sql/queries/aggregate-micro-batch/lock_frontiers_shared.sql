-- Holds the frontiers where they are until this transaction ends. A statement of its own: in the same
-- statement as the insert, the frontiers would be read from a snapshot older than the lock, and a play
-- would go into the partial aggregates of a window that has just been published.
select
  pg_advisory_xact_lock_shared(1, 0)
