-- Settings for the rest of the transaction: times in UTC; memory to group a million facts without temporary files;
-- no compilation, which costs more than it saves here.
-- Row: one, of no interest. Parameters: none. Rerun: no change.
select
  set_config('timezone', 'UTC', true),
  set_config('work_mem', '64MB', true),
  set_config('jit', 'off', true)
