-- What the dashboard's connection sets once: it only reads, statements of milliseconds gain nothing by compilation, and a
-- plan for any period is made for few rows (a day of plays took three times as long).
set
  default_transaction_read_only = on;

set
  jit = off;

set
  plan_cache_mode = force_custom_plan;
