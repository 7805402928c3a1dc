-- Plays of a micro-batch that want a closer look than a copy into the facts: filled by binary COPY, emptied by every
-- commit. Created once per connection. Rerun: changes nothing.
create temporary table if not exists staged_stream_events (
  ordinal integer not null,
  partition integer not null,
  "offset" bigint not null,
  is_future boolean not null,
  event_id uuid not null,
  "timestamp" timestamptz not null,
  user_id integer not null,
  song_id integer not null,
  artist_id integer not null,
  album_id integer not null,
  device_id integer not null,
  location_id integer not null,
  stream_duration_seconds integer not null,
  is_complete_play boolean not null,
  is_skipped boolean not null,
  is_liked boolean not null,
  is_shared boolean not null,
  is_added_to_playlist boolean not null
) on
commit delete rows
