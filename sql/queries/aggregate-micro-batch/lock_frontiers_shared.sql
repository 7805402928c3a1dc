-- Holds the frontiers where they are until this transaction ends. A statement of its own: in the statement that reads
-- them, they would be those of a snapshot older than the lock, and a play would stay in the partial aggregates of a
-- window that has just been published.
select
  pg_advisory_xact_lock_shared(1, 0)
