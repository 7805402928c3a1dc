-- What the dashboard's connection sets once: it only reads; statements of milliseconds gain nothing by compilation; and each
-- is planned for its period and size of bucket, which leaves out what reads the other grain.
set
  default_transaction_read_only = on;

set
  jit = off;

set
  plan_cache_mode = force_custom_plan;
