-- The metric tables of the Spark jobs' database, as design.md names them.
create table user_engagement_metrics (
  time_window timestamptz,
  user_id integer,
  stream_count bigint not null,
  total_listen_time bigint not null,
  avg_listen_time double precision not null,
  skip_rate double precision not null,
  like_rate double precision not null,
  share_rate double precision not null,
  playlist_add_rate double precision not null,
  primary key (time_window, user_id)
);

create table content_performance_metrics (
  time_window timestamptz,
  song_id integer,
  artist_id integer,
  stream_count bigint not null,
  completion_rate double precision not null,
  skip_rate double precision not null,
  like_rate double precision not null,
  primary key (time_window, song_id, artist_id)
);

create table device_metrics (
  time_window timestamptz,
  device_id integer,
  stream_count bigint not null,
  avg_listen_time double precision not null,
  completion_rate double precision not null,
  primary key (time_window, device_id)
);

create table location_metrics (
  time_window timestamptz,
  location_id integer,
  stream_count bigint not null,
  unique_users bigint not null,
  unique_songs bigint not null,
  primary key (time_window, location_id)
);

create table hourly_metrics (
  time_window timestamptz primary key,
  stream_count bigint not null,
  unique_users bigint not null,
  unique_songs bigint not null,
  unique_artists bigint not null,
  total_listen_time bigint not null,
  avg_listen_time double precision not null,
  skip_rate double precision not null,
  like_rate double precision not null
);
