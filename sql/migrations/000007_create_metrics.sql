create table user_engagement_metrics (
  time_window timestamptz not null,
  user_id integer not null references users (user_id) not enforced,
  stream_count bigint not null,
  total_listen_time bigint not null,
  avg_listen_time double precision not null,
  skip_rate double precision not null,
  like_rate double precision not null,
  share_rate double precision not null,
  playlist_add_rate double precision not null,
  revision integer not null default 0,
  updated_at timestamptz not null default now(),
  primary key (time_window, user_id)
);

create table content_performance_metrics (
  time_window timestamptz not null,
  song_id integer not null references songs (song_id) not enforced,
  artist_id integer not null references artists (artist_id) not enforced,
  stream_count bigint not null,
  completion_rate double precision not null,
  skip_rate double precision not null,
  like_rate double precision not null,
  revision integer not null default 0,
  updated_at timestamptz not null default now(),
  primary key (time_window, song_id, artist_id)
);

create table device_metrics (
  time_window timestamptz not null,
  device_id integer not null references devices (device_id) not enforced,
  stream_count bigint not null,
  avg_listen_time double precision not null,
  completion_rate double precision not null,
  revision integer not null default 0,
  updated_at timestamptz not null default now(),
  primary key (time_window, device_id)
);

create table location_metrics (
  time_window timestamptz not null,
  location_id integer not null references locations (location_id) not enforced,
  stream_count bigint not null,
  unique_users bigint not null,
  unique_songs bigint not null,
  revision integer not null default 0,
  updated_at timestamptz not null default now(),
  primary key (time_window, location_id)
);

create table hourly_metrics (
  time_window timestamptz not null,
  stream_count bigint not null,
  unique_users bigint not null,
  unique_songs bigint not null,
  unique_artists bigint not null,
  total_listen_time bigint not null,
  avg_listen_time double precision not null,
  skip_rate double precision not null,
  like_rate double precision not null,
  revision integer not null default 0,
  updated_at timestamptz not null default now(),
  primary key (time_window)
);

comment on column user_engagement_metrics.time_window is 'start of the 5-minute window [start, start + 5 min), UTC';

comment on column user_engagement_metrics.stream_count is 'plays of the user that started in the window';

comment on column user_engagement_metrics.total_listen_time is 'sum of stream_duration_seconds';

comment on column user_engagement_metrics.avg_listen_time is 'total_listen_time / stream_count, seconds';

comment on column user_engagement_metrics.skip_rate is 'skipped plays / stream_count';

comment on column user_engagement_metrics.like_rate is 'liked plays / stream_count';

comment on column user_engagement_metrics.share_rate is 'shared plays / stream_count';

comment on column user_engagement_metrics.playlist_add_rate is 'plays added to a playlist / stream_count';

comment on column user_engagement_metrics.revision is 'how often late plays have changed the row';

comment on column content_performance_metrics.time_window is 'start of the 5-minute window [start, start + 5 min), UTC';

comment on column content_performance_metrics.stream_count is 'plays of the song by the artist that started in the window';

comment on column content_performance_metrics.completion_rate is 'complete plays / stream_count';

comment on column content_performance_metrics.skip_rate is 'skipped plays / stream_count';

comment on column content_performance_metrics.like_rate is 'liked plays / stream_count';

comment on column content_performance_metrics.revision is 'how often late plays have changed the row';

comment on column device_metrics.time_window is 'start of the 5-minute window [start, start + 5 min), UTC';

comment on column device_metrics.stream_count is 'plays on the device that started in the window';

comment on column device_metrics.avg_listen_time is 'sum of stream_duration_seconds / stream_count, seconds';

comment on column device_metrics.completion_rate is 'complete plays / stream_count';

comment on column device_metrics.revision is 'how often late plays have changed the row';

comment on column location_metrics.time_window is 'start of the 5-minute window [start, start + 5 min), UTC';

comment on column location_metrics.stream_count is 'plays at the location that started in the window';

comment on column location_metrics.unique_users is 'exact number of different users';

comment on column location_metrics.unique_songs is 'exact number of different songs';

comment on column location_metrics.revision is 'how often late plays have changed the row';

comment on column hourly_metrics.time_window is 'start of the hour [start, start + 1 h), UTC';

comment on column hourly_metrics.stream_count is 'plays that started in the hour';

comment on column hourly_metrics.unique_users is 'exact number of different users';

comment on column hourly_metrics.unique_songs is 'exact number of different songs';

comment on column hourly_metrics.unique_artists is 'exact number of different artists';

comment on column hourly_metrics.total_listen_time is 'sum of stream_duration_seconds';

comment on column hourly_metrics.avg_listen_time is 'total_listen_time / stream_count, seconds';

comment on column hourly_metrics.skip_rate is 'skipped plays / stream_count';

comment on column hourly_metrics.like_rate is 'liked plays / stream_count';

comment on column hourly_metrics.revision is 'how often late plays have changed the row';

/* sql-formatter-disable */
grant select, insert, update on user_engagement_metrics, content_performance_metrics, device_metrics,
  location_metrics, hourly_metrics to closer;
grant select on user_engagement_metrics, content_performance_metrics, device_metrics,
  location_metrics, hourly_metrics to reader;
/* sql-formatter-enable */
