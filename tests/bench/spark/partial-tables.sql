-- What the tuned job adds for each batch, merged at its end.
create table user_engagement_partials (
  time_window timestamptz,
  user_id integer,
  play_count bigint,
  listened_seconds bigint,
  skipped_count bigint,
  liked_count bigint,
  shared_count bigint,
  added_count bigint
);

create table content_performance_partials (
  time_window timestamptz,
  song_id integer,
  artist_id integer,
  play_count bigint,
  completed_count bigint,
  skipped_count bigint,
  liked_count bigint
);

create table device_partials (
  time_window timestamptz,
  device_id integer,
  play_count bigint,
  listened_seconds bigint,
  completed_count bigint
);

create table location_partials (
  time_window timestamptz,
  location_id integer,
  play_count bigint,
  users integer[],
  songs integer[]
);

create table hourly_partials (
  time_window timestamptz,
  play_count bigint,
  users integer[],
  songs integer[],
  artists integer[],
  listened_seconds bigint,
  skipped_count bigint,
  liked_count bigint
);
