-- Micro-batches that come while an exclusive lock is awaited wait behind it: better to try again later.
-- For this transaction only.
select
  set_config('lock_timeout', '500ms', true)
