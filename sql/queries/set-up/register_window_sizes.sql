-- Stores the window sizes at the first start; later starts only compare.
-- Parameters: $1 bigint, minutes; $2 bigint, hourly window size in ms. Rerun: no change.
insert into
  window_frontiers (window_kind, window_size)
values
  ('minutes', $1::bigint * interval '1 millisecond'),
  ('hourly', $2::bigint * interval '1 millisecond')
on conflict (window_kind) do nothing
