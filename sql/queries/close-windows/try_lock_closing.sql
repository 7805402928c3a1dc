-- One closing at a time is enough; two would be harmless. Held by the session, over several transactions.
-- Row: one; is_locked. Rerun: a session may hold it several times.
select
  pg_try_advisory_lock(3, 0) as is_locked
