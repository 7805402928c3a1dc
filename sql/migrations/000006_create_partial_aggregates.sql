-- Window state: append-only, one row per micro-batch and (window, key), merged and deleted when the
-- window closes. Members are the distinct ids the micro-batch saw. Appending means that concurrent
-- micro-batches never wait for each other's rows.
create table window_partials (
  window_kind text not null,
  window_start timestamptz not null,
  stream_count bigint not null
);

create table user_engagement_partials (
  time_window timestamptz not null,
  user_id integer not null,
  stream_count integer not null,
  skipped_count integer not null,
  total_listen_time bigint not null,
  liked_count integer not null,
  shared_count integer not null,
  added_to_playlist_count integer not null
);

create table content_performance_partials (
  time_window timestamptz not null,
  song_id integer not null,
  artist_id integer not null,
  stream_count integer not null,
  completed_count integer not null,
  skipped_count integer not null,
  liked_count integer not null
);

create table device_partials (
  time_window timestamptz not null,
  total_listen_time bigint not null,
  device_id integer not null,
  stream_count integer not null,
  completed_count integer not null
);

create table location_partials (
  time_window timestamptz not null,
  location_id integer not null,
  stream_count integer not null,
  user_ids integer[] not null,
  song_ids integer[] not null
);

create table hourly_partials (
  time_window timestamptz not null,
  total_listen_time bigint not null,
  stream_count integer not null,
  skipped_count integer not null,
  liked_count integer not null,
  user_ids integer[] not null,
  song_ids integer[] not null,
  artist_ids integer[] not null
);

create index window_partials_window_idx on window_partials (window_kind, window_start);

create index user_engagement_partials_window_idx on user_engagement_partials (time_window);

create index content_performance_partials_window_idx on content_performance_partials (time_window);

create index device_partials_window_idx on device_partials (time_window);

create index location_partials_window_idx on location_partials (time_window);

create index hourly_partials_window_idx on hourly_partials (time_window);

/* sql-formatter-disable */
grant select, insert on window_partials, user_engagement_partials, content_performance_partials,
  device_partials, location_partials, hourly_partials to ingest;
grant select, insert, delete on window_partials, user_engagement_partials, content_performance_partials,
  device_partials, location_partials, hourly_partials to closer;
grant select on window_partials, user_engagement_partials, content_performance_partials,
  device_partials, location_partials, hourly_partials to reader;
/* sql-formatter-enable */
