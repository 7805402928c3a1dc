-- One monotone frontier per window size, not a row per window (two writers inserting one would wait for
-- each other): a window whose end is at or before it is closed, published or not.
create table window_frontiers (
  window_kind text primary key check (window_kind in ('minutes', 'hourly')),
  window_size interval not null check (window_size > interval '0'),
  closed_until timestamptz not null default '-infinity',
  moved_at timestamptz not null default now()
);

-- Every window that has been published; rewritten only by whoever holds that window's advisory lock.
create table window_publications (
  window_kind text not null references window_frontiers (window_kind),
  window_start timestamptz not null,
  revision integer not null default 0,
  published_at timestamptz not null default now(),
  revised_at timestamptz not null default now(),
  primary key (window_kind, window_start)
);

-- Appended by a late micro-batch, consumed by the reviser.
create table revision_marks (
  window_kind text not null,
  window_start timestamptz not null,
  late_count bigint not null,
  marked_at timestamptz not null default clock_timestamp()
);

create index revision_marks_window_idx on revision_marks (window_kind, window_start);

/* sql-formatter-disable */
grant select on window_frontiers, window_publications, revision_marks to ingest, reader;
grant insert on revision_marks to ingest;
grant select, update on window_frontiers to closer;
grant select, insert, update on window_publications to closer;
grant select, insert, delete on revision_marks to closer;
/* sql-formatter-enable */
