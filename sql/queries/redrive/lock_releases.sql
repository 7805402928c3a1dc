-- Lets one release at a time pass: two that each take one of a letter's last two references would both think that the
-- other one is still missing.
-- Parameters: none. Rows: is_locked boolean; held until the transaction ends. Rerun: holds it once more.
select
  pg_try_advisory_xact_lock(4, 0) as is_locked
