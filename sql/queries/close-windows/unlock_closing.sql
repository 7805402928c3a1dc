-- Gives back what try_lock_closing.sql took. Rerun: false and a warning when it is not held.
select
  pg_advisory_unlock(3, 0)
