-- A dimension is never deleted: a tombstone sets deleted_at, and the row still satisfies references.
-- version_* is where the newest version stood in Kafka; an older version never overwrites it.
create table users (
  user_id integer primary key,
  username text,
  age integer,
  gender text,
  subscription_type text,
  registration_date timestamptz,
  country text,
  version_at timestamptz not null,
  version_partition integer not null,
  version_offset bigint not null,
  deleted_at timestamptz
);

create table artists (
  artist_id integer primary key,
  name text,
  country text,
  genre text,
  is_band boolean,
  version_at timestamptz not null,
  version_partition integer not null,
  version_offset bigint not null,
  deleted_at timestamptz
);

create table albums (
  album_id integer primary key,
  title text,
  artist_id integer references artists (artist_id),
  release_date date,
  total_tracks integer,
  album_type text,
  version_at timestamptz not null,
  version_partition integer not null,
  version_offset bigint not null,
  deleted_at timestamptz
);

create table songs (
  song_id integer primary key,
  title text,
  duration_seconds integer,
  release_date date,
  genre text,
  language text,
  explicit boolean,
  version_at timestamptz not null,
  version_partition integer not null,
  version_offset bigint not null,
  deleted_at timestamptz
);

create table devices (
  device_id integer primary key,
  device_type text,
  os text,
  browser text,
  app_version text,
  version_at timestamptz not null,
  version_partition integer not null,
  version_offset bigint not null,
  deleted_at timestamptz
);

create table locations (
  location_id integer primary key,
  country text,
  region text,
  city text,
  timezone text,
  version_at timestamptz not null,
  version_partition integer not null,
  version_offset bigint not null,
  deleted_at timestamptz
);

/* sql-formatter-disable */
grant select, insert on users, artists, albums, songs, devices, locations to ingest;
-- Not the keys: a play's references are not enforced, so nobody but the owner gives a dimension another id.
grant update (username, age, gender, subscription_type, registration_date, country, version_at, version_partition, version_offset, deleted_at) on users to ingest;
grant update (name, country, genre, is_band, version_at, version_partition, version_offset, deleted_at) on artists to ingest;
grant update (title, artist_id, release_date, total_tracks, album_type, version_at, version_partition, version_offset, deleted_at) on albums to ingest;
grant update (title, duration_seconds, release_date, genre, language, explicit, version_at, version_partition, version_offset, deleted_at) on songs to ingest;
grant update (device_type, os, browser, app_version, version_at, version_partition, version_offset, deleted_at) on devices to ingest;
grant update (country, region, city, timezone, version_at, version_partition, version_offset, deleted_at) on locations to ingest;
grant select on users, artists, albums, songs, devices, locations to closer, reader;
/* sql-formatter-enable */
