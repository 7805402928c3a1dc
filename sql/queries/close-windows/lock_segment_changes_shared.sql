-- Keeps the changes of users' segments until this transaction ends: the version that its sums note may be older than all that
-- others can see.
select
  pg_advisory_xact_lock_shared(5, 0)
