-- What the migrations make, for people to read and to compare; written by npm run schema. Neither edit nor run it.

function advance_retention_horizon(text,interval)
   RETURNS timestamp with time zone
   LANGUAGE sql
   SECURITY DEFINER
   SET search_path TO 'public', 'pg_temp'
  AS $function$
    update retention_horizons h
    set horizon = c.horizon, moved_at = clock_timestamp()
    from (
      select date_bin(
        case kept_rows
          when 'facts' then (select greatest(max(window_size), interval '1 hour') from window_frontiers)
          else interval '1 hour'
        end,
        least(
          clock_timestamp() - retention,
          case kept_rows when 'facts' then (select min(closed_until) from window_frontiers) end,
          case kept_rows when 'facts' then (select min(window_start) from window_partials) end,
          case kept_rows when 'facts' then (select min(window_start) from revision_marks) end
        ),
        timestamptz '1970-01-01 00:00:00+00'
      ) as horizon
    ) c
    where h.kept = kept_rows
      and c.horizon > h.horizon
      and (
        kept_rows <> 'facts'
        -- A window of the other size would lie on both sides.
        or not exists (
          select from window_frontiers f
          where date_bin(f.window_size, c.horizon, timestamptz '1970-01-01 00:00:00+00') <> c.horizon
        )
      )
    returning h.horizon
  $function$

function age_group(integer)
   RETURNS text
   LANGUAGE sql
   IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN (age IS NULL) THEN 'unknown'::text WHEN (age < 18) THEN 'under 18'::text WHEN (age < 25) THEN '18-24'::text WHEN (age < 35) THEN '25-34'::text WHEN (age < 45) THEN '35-44'::text WHEN (age < 55) THEN '45-54'::text WHEN (age < 65) THEN '55-64'::text ELSE '65 and over'::text END

function matching_letters(jsonb)
   RETURNS SETOF dead_letters
   LANGUAGE sql
   STABLE
  AS $function$
    select d.*
    from dead_letters d
    where (
        (wanted -> 'ids' is null and wanted -> 'positions' is null)
        or d.dead_letter_id = any (array(select jsonb_array_elements_text(wanted -> 'ids')::bigint))
        or (d.source_topic, d.source_partition, d.source_offset) in (
          select p.topic, p.partition, p."offset"
          from jsonb_to_recordset(wanted -> 'positions') as p (topic text, partition integer, "offset" bigint)
        )
      )
      and (wanted -> 'reasons' is null or d.reason = any (array(select jsonb_array_elements_text(wanted -> 'reasons'))))
      and (wanted -> 'topics' is null or d.source_topic = any (array(select jsonb_array_elements_text(wanted -> 'topics'))))
      and (wanted -> 'states' is null or d.state = any (array(select jsonb_array_elements_text(wanted -> 'states'))))
      and (wanted -> 'from' is null or d.source_timestamp >= (wanted ->> 'from')::timestamptz)
      and (wanted -> 'to' is null or d.source_timestamp < (wanted ->> 'to')::timestamptz)
      and (wanted -> 'reference' is null or d.missing_references @> jsonb_build_array(wanted -> 'reference'))
  $function$

function note_segment_changes()
   RETURNS trigger
   LANGUAGE plpgsql
   SECURITY DEFINER
   SET search_path TO 'public', 'pg_temp'
  AS $function$
  begin
    with moved as materialized (
      select b.user_id, coalesce(b.subscription_type, 'unknown') as subscription_type, age_group(b.age) as age_group
      from before b join after a using (user_id)
      where (coalesce(b.subscription_type, 'unknown'), age_group(b.age))
        <> (coalesce(a.subscription_type, 'unknown'), age_group(a.age))
    ),
    counted as (
      update user_segment_version set version = version + 1 where exists (select from moved) returning version
    )
    insert into user_segment_changes (version, user_id, subscription_type, age_group)
    select counted.version, moved.user_id, moved.subscription_type, moved.age_group from moved cross join counted;
    return null;
  end
  $function$

function outdate_hour_rollup()
   RETURNS trigger
   LANGUAGE plpgsql
   SET search_path TO 'public', 'pg_temp'
  AS $function$
  begin
    insert into hour_rollups as h (time_window, is_due)
    values (
      date_bin(interval '1 hour', new.window_start, timestamptz '1970-01-01 00:00:00+00'),
      new.window_kind = 'minutes'
    )
    on conflict (time_window) do update
    set
      rolled_until = case
        when excluded.is_due and new.window_start < h.rolled_until then null
        else h.rolled_until
      end,
      is_due = h.is_due or excluded.is_due,
      changed_at = excluded.changed_at;
    return null;
  end
  $function$

function refuse_orphans()
   RETURNS trigger
   LANGUAGE plpgsql
   SET search_path TO 'public', 'pg_temp'
  AS $function$
  declare
    orphan record;
  begin
    -- Materialized: with the limit in reach, the planner expects an orphan at once and loops over the
    -- dimensions row by row (50 to 270 ms for 10,000 plays against 7 to 30 ms).
    with orphans as materialized (
      select n.event_id, n.user_id, n.song_id, n.artist_id, n.album_id, n.device_id, n.location_id,
        u.user_id as known_user_id, s.song_id as known_song_id, a.artist_id as known_artist_id,
        b.album_id as known_album_id, d.device_id as known_device_id, l.location_id as known_location_id
      from new_rows n
      left join users u on u.user_id = n.user_id
      left join songs s on s.song_id = n.song_id
      left join artists a on a.artist_id = n.artist_id
      left join albums b on b.album_id = n.album_id
      left join devices d on d.device_id = n.device_id
      left join locations l on l.location_id = n.location_id
      where u.user_id is null or s.song_id is null or a.artist_id is null
        or b.album_id is null or d.device_id is null or l.location_id is null
    )
    select o.event_id, x.dimension, x.id into orphan
    from orphans o
    cross join lateral (
      values
        ('users', o.user_id, o.known_user_id),
        ('songs', o.song_id, o.known_song_id),
        ('artists', o.artist_id, o.known_artist_id),
        ('albums', o.album_id, o.known_album_id),
        ('devices', o.device_id, o.known_device_id),
        ('locations', o.location_id, o.known_location_id)
    ) as x (dimension, id, found_id)
    where x.found_id is null
    limit 1;
    if found then
      raise foreign_key_violation using
        message = format('play %s refers to %s %s, which does not exist', orphan.event_id, orphan.dimension, orphan.id),
        hint = 'Load the dimension first; a play without it belongs into dead-letter-queue.',
        table = 'stream_events';
    end if;
    return null;
  end
  $function$

function remove_dead_letters(integer)
   RETURNS bigint
   LANGUAGE sql
   SECURITY DEFINER
   SET search_path TO 'public', 'pg_temp'
  AS $function$
    with removed as (
      delete from dead_letters
      where dead_letter_id = any (array(
        select d.dead_letter_id from dead_letters d
        where d.state in ('resolved', 'buried')
          and coalesce(d.settled_at, d.stored_at) < (select horizon from retention_horizons where kept = 'dead_letters')
        order by d.dead_letter_id
        limit row_limit
        for update skip locked
      ))
      returning source_topic, source_partition, reason
    ),
    counted as (
      insert into removed_counts as c (topic, partition, letter_count)
      select source_topic, source_partition, count(*)
      from removed
      group by source_topic, source_partition
      on conflict (topic, partition) do update
      set letter_count = c.letter_count + excluded.letter_count
    )
    update retention_horizons
    set removed_count = removed_count + (select count(*) from removed)
    where kept = 'dead_letters'
    returning (select count(*) from removed)
  $function$

function remove_facts(integer)
   RETURNS bigint
   LANGUAGE sql
   SECURITY DEFINER
   SET search_path TO 'public', 'pg_temp'
  AS $function$
    with removed as (
      delete from stream_events
      where ctid = any (array(
        select e.ctid from stream_events e
        where e."timestamp" < (select horizon from retention_horizons where kept = 'facts')
          and not exists (
            select from dead_letters d where d.state = 'redriven' and d.event_id = e.event_id
          )
        limit row_limit
        for update skip locked
      ))
      returning 1
    )
    update retention_horizons
    set removed_count = removed_count + (select count(*) from removed)
    where kept = 'facts'
    returning (select count(*) from removed)
  $function$

function remove_ledger(integer)
   RETURNS bigint
   LANGUAGE sql
   SECURITY DEFINER
   SET search_path TO 'public', 'pg_temp'
  AS $function$
    with removed as (
      delete from partition_ledger
      where ctid = any (array(
        select l.ctid from partition_ledger l
        where l.handled_at < (select horizon from retention_horizons where kept = 'ledger')
          and exists (
            select from partition_ledger n
            where n.topic = l.topic and n.partition = l.partition and n.incarnation > l.incarnation
          )
        order by l.topic, l.partition, l.incarnation
        limit row_limit
        for update skip locked
      ))
      returning *
    ),
    counted as (
      insert into removed_counts as c (topic, partition, accepted_count, redelivered_count, rejected_count)
      select topic, partition, sum(accepted_count), sum(redelivered_count),
        sum((select coalesce(sum(value::bigint), 0) from jsonb_each_text(rejected_counts)))
      from removed
      group by topic, partition
      on conflict (topic, partition) do update
      set accepted_count = c.accepted_count + excluded.accepted_count,
        redelivered_count = c.redelivered_count + excluded.redelivered_count,
        rejected_count = c.rejected_count + excluded.rejected_count
    )
    update retention_horizons
    set removed_count = removed_count + (select count(*) from removed)
    where kept = 'ledger'
    returning (select count(*) from removed)
  $function$

function remove_revisions(integer)
   RETURNS bigint
   LANGUAGE sql
   SECURITY DEFINER
   SET search_path TO 'public', 'pg_temp'
  AS $function$
    with removed as (
      delete from metric_revisions
      where revision_id = any (array(
        select r.revision_id from metric_revisions r
        where r.changed_at < (select horizon from retention_horizons where kept = 'revisions')
        order by r.revision_id
        limit row_limit
        for update skip locked
      ))
      returning 1
    ),
    removed_late as (
      delete from late_play_counts
      where ctid = any (array(
        select c.ctid from late_play_counts c
        where c.window_start < (select horizon from retention_horizons where kept = 'revisions')
        limit row_limit
        for update skip locked
      ))
      returning 1
    ),
    counted as (
      select (select count(*) from removed) as revisions, (select count(*) from removed_late) as late
    )
    update retention_horizons
    set removed_count = removed_count + c.revisions + c.late
    from counted c
    where kept = 'revisions'
    returning greatest(c.revisions, c.late)
  $function$

function total_of_mean(double precision,bigint)
   RETURNS bigint
   LANGUAGE sql
   IMMUTABLE PARALLEL SAFE
  RETURN (round((mean * (of_count)::double precision)))::bigint

schema public
  grant usage to closer
  grant usage to ingest
  grant usage to reader

table albums
  album_id integer not null
  title text
  artist_id integer
  release_date date
  total_tracks integer
  album_type text
  version_at timestamp with time zone not null
  version_partition integer not null
  version_offset bigint not null
  deleted_at timestamp with time zone
  constraint albums_artist_id_fkey FOREIGN KEY (artist_id) REFERENCES artists(artist_id)
  constraint albums_pkey PRIMARY KEY (album_id)
  grant select to closer
  grant insert, select to ingest
  grant select to reader
  grant update (title, artist_id, release_date, total_tracks, album_type, version_at, version_partition, version_offset, deleted_at) to ingest

table artists
  artist_id integer not null
  name text
  country text
  genre text
  is_band boolean
  version_at timestamp with time zone not null
  version_partition integer not null
  version_offset bigint not null
  deleted_at timestamp with time zone
  constraint artists_pkey PRIMARY KEY (artist_id)
  grant select to closer
  grant insert, select to ingest
  grant select to reader
  grant update (name, country, genre, is_band, version_at, version_partition, version_offset, deleted_at) to ingest

table awaited_references -- references that waiting letters still miss; a row goes when its dimension has arrived
  dimension text not null
  reference_id bigint not null
  dead_letter_id bigint not null
  constraint awaited_references_dead_letter_id_fkey FOREIGN KEY (dead_letter_id) REFERENCES dead_letters(dead_letter_id) ON DELETE CASCADE
  constraint awaited_references_pkey PRIMARY KEY (dimension, reference_id, dead_letter_id)
  CREATE INDEX awaited_references_dead_letter_idx USING btree (dead_letter_id)
  grant select to closer
  grant delete, insert, select to ingest
  grant select to reader

table content_performance_hours
  time_window timestamp with time zone not null
  song_id integer not null
  artist_id integer not null
  stream_count integer not null
  completed_count integer not null
  skipped_count integer not null
  liked_count integer not null
  constraint content_performance_hours_pkey PRIMARY KEY (time_window, song_id, artist_id)
  grant delete, insert, select to closer
  grant select to reader

table content_performance_metrics
  time_window timestamp with time zone not null -- start of the 5-minute window [start, start + 5 min), UTC
  song_id integer not null
  artist_id integer not null
  stream_count bigint not null -- plays of the song by the artist that started in the window
  completion_rate double precision not null -- complete plays / stream_count
  skip_rate double precision not null -- skipped plays / stream_count
  like_rate double precision not null -- liked plays / stream_count
  revision integer not null default 0 -- how often late plays have changed the row
  updated_at timestamp with time zone not null default now()
  constraint content_performance_metrics_artist_id_fkey FOREIGN KEY (artist_id) REFERENCES artists(artist_id) NOT ENFORCED
  constraint content_performance_metrics_pkey PRIMARY KEY (time_window, song_id, artist_id)
  constraint content_performance_metrics_song_id_fkey FOREIGN KEY (song_id) REFERENCES songs(song_id) NOT ENFORCED
  grant insert, select, update to closer
  grant select to reader

table content_performance_partials
  time_window timestamp with time zone not null
  song_ids integer[] not null storage external
  artist_ids integer[] not null storage external
  stream_counts integer[] not null storage external
  completed_counts integer[] not null storage external
  skipped_counts integer[] not null storage external
  liked_counts integer[] not null storage external
  constraint content_performance_partials_positions_check CHECK (((cardinality(artist_ids) = cardinality(song_ids)) AND (cardinality(stream_counts) = cardinality(song_ids)) AND (cardinality(completed_counts) = cardinality(song_ids)) AND (cardinality(skipped_counts) = cardinality(song_ids)) AND (cardinality(liked_counts) = cardinality(song_ids))))
  CREATE INDEX content_performance_partials_window_idx USING btree (time_window)
  grant delete, insert, select to closer
  grant insert, select to ingest
  grant select to reader

table dead_letter_actions
  action_id bigint not null generated always as identity
  dead_letter_id bigint not null
  action text not null
  actor text not null
  acted_at timestamp with time zone not null default clock_timestamp()
  note text -- what an operator changed, and the reason that was given
  constraint dead_letter_actions_action_check CHECK ((action = ANY (ARRAY['redriven'::text, 'applied'::text, 'buried'::text])))
  constraint dead_letter_actions_dead_letter_id_fkey FOREIGN KEY (dead_letter_id) REFERENCES dead_letters(dead_letter_id) ON DELETE CASCADE
  constraint dead_letter_actions_pkey PRIMARY KEY (action_id)
  CREATE INDEX dead_letter_actions_letter_idx USING btree (dead_letter_id)
  grant select to closer
  grant insert, select to ingest
  grant select to reader

table dead_letters
  dead_letter_id bigint not null generated always as identity
  source_topic text not null
  source_partition integer not null
  source_offset bigint not null
  source_timestamp timestamp with time zone not null
  payload_sha256 bytea not null -- SHA-256 over the lengths and bytes of key and value
  reason text not null
  detail text not null
  missing_references jsonb not null default '[]'::jsonb
  attempt integer not null default 1
  first_seen_at timestamp with time zone not null
  handler_version text not null
  original_key bytea
  original_value bytea
  original_headers jsonb not null default '[]'::jsonb -- array of [name, value], both in base64 (jsonb takes no U+0000), producer order
  state text not null default 'waiting'::text -- waiting, redriven (sent again, outcome not known yet), resolved or buried
  stored_at timestamp with time zone not null default now()
  origin text not null -- <topic>-<partition>-<offset> of the record's first letter, its own included
  event_id uuid -- of a play that can be read; null for anything else, and where the handler died of it
  differs_from_fact boolean not null default false -- the fact with this event_id has another payload, for good
  redrive_count integer not null default 0 -- times that this letter was sent again
  due_at timestamp with time zone -- when it is sent again; null while it waits for a reference or an operator
  redriven_at timestamp with time zone
  mended_value bytea -- what an operator sent in place of original_value
  resolution text -- landed: the play is a fact; applied or superseded: of a dimension's version; rejected_again: its next letter goes on; replaced: an operator has sent a new version of the dimension
  settled_at timestamp with time zone -- when it was resolved or buried
  constraint dead_letters_identity UNIQUE (source_topic, source_partition, source_offset, source_timestamp, payload_sha256)
  constraint dead_letters_pkey PRIMARY KEY (dead_letter_id)
  constraint dead_letters_resolution_check CHECK ((resolution = ANY (ARRAY['landed'::text, 'applied'::text, 'superseded'::text, 'rejected_again'::text, 'attempts_spent'::text, 'by_operator'::text, 'replaced'::text])))
  constraint dead_letters_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'redriven'::text, 'resolved'::text, 'buried'::text])))
  CREATE INDEX dead_letters_due_idx USING btree (due_at, dead_letter_id) WHERE ((state = 'waiting'::text) AND (due_at IS NOT NULL))
  CREATE INDEX dead_letters_in_flight_idx USING btree (event_id) WHERE (state = 'redriven'::text)
  CREATE INDEX dead_letters_origin_idx USING btree (origin) WHERE (state = 'redriven'::text)
  CREATE INDEX dead_letters_reason_idx USING btree (reason, stored_at)
  CREATE INDEX dead_letters_unsettled_idx USING btree (dead_letter_id) WHERE ((event_id IS NOT NULL) AND (NOT differs_from_fact) AND ((state = 'redriven'::text) OR ((state = 'waiting'::text) AND (reason <> 'unknown_reference'::text))))
  grant select to closer
  grant insert, select to ingest
  grant select to reader
  grant update (state, event_id, differs_from_fact, redrive_count, due_at, redriven_at, mended_value, resolution, settled_at) to ingest

table device_metrics
  time_window timestamp with time zone not null -- start of the 5-minute window [start, start + 5 min), UTC
  device_id integer not null
  stream_count bigint not null -- plays on the device that started in the window
  avg_listen_time double precision not null -- sum of stream_duration_seconds / stream_count, seconds
  completion_rate double precision not null -- complete plays / stream_count
  revision integer not null default 0 -- how often late plays have changed the row
  updated_at timestamp with time zone not null default now()
  constraint device_metrics_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices(device_id) NOT ENFORCED
  constraint device_metrics_pkey PRIMARY KEY (time_window, device_id)
  grant insert, select, update to closer
  grant select to reader

table device_partials
  time_window timestamp with time zone not null
  total_listen_time bigint not null
  device_id integer not null
  stream_count integer not null
  completed_count integer not null
  CREATE INDEX device_partials_window_idx USING btree (time_window)
  grant delete, insert, select to closer
  grant insert, select to ingest
  grant select to reader

table devices
  device_id integer not null
  device_type text
  os text
  browser text
  app_version text
  version_at timestamp with time zone not null
  version_partition integer not null
  version_offset bigint not null
  deleted_at timestamp with time zone
  constraint devices_pkey PRIMARY KEY (device_id)
  grant select to closer
  grant insert, select to ingest
  grant select to reader
  grant update (device_type, os, browser, app_version, version_at, version_partition, version_offset, deleted_at) to ingest

table hour_rollups
  time_window timestamp with time zone not null -- start of the hour, UTC; there is a row when one of its windows, or the hour itself, has been published
  rolled_until timestamp with time zone -- its sums hold the windows that start before; null: they are missing or out of date
  is_due boolean not null default true -- whether one of its windows has been published since its sums were made
  changed_at timestamp with time zone not null default clock_timestamp() -- when one of its windows, or the hour itself, was published or revised last
  constraint hour_rollups_pkey PRIMARY KEY (time_window)
  CREATE INDEX hour_rollups_due_idx USING btree (time_window) WHERE is_due
  grant insert, select, update to closer
  grant select to reader

table hourly_metrics
  time_window timestamp with time zone not null -- start of the hour [start, start + 1 h), UTC
  stream_count bigint not null -- plays that started in the hour
  unique_users bigint not null -- exact number of different users
  unique_songs bigint not null -- exact number of different songs
  unique_artists bigint not null -- exact number of different artists
  total_listen_time bigint not null -- sum of stream_duration_seconds
  avg_listen_time double precision not null -- total_listen_time / stream_count, seconds
  skip_rate double precision not null -- skipped plays / stream_count
  like_rate double precision not null -- liked plays / stream_count
  revision integer not null default 0 -- how often late plays have changed the row
  updated_at timestamp with time zone not null default now()
  constraint hourly_metrics_pkey PRIMARY KEY (time_window)
  grant insert, select, update to closer
  grant select to reader

table hourly_partials
  time_window timestamp with time zone not null
  total_listen_time bigint not null
  stream_count integer not null
  skipped_count integer not null
  liked_count integer not null
  user_ids integer[] not null
  song_ids integer[] not null
  artist_ids integer[] not null
  CREATE INDEX hourly_partials_window_idx USING btree (time_window)
  grant delete, insert, select to closer
  grant insert, select to ingest
  grant select to reader

table late_play_counts
  window_kind text not null
  window_start timestamp with time zone not null
  topic text not null
  partition integer not null
  late_count bigint not null
  least_lateness interval not null
  greatest_lateness interval not null
  total_lateness interval not null
  CREATE INDEX late_play_counts_window_idx USING btree (window_start, window_kind)
  grant delete, insert, select to closer
  grant insert to ingest
  grant select to reader

table location_listener_hours
  time_window timestamp with time zone not null
  location_id integer not null
  chunk integer not null
  listeners bit(2048) not null
  constraint location_listener_hours_pkey PRIMARY KEY (time_window, location_id, chunk)
  grant delete, insert, select to closer
  grant select to reader

table location_listeners -- who listened at a location in a published window; user_id = chunk * 2048 + position in listeners
  time_window timestamp with time zone not null
  location_id integer not null
  chunk integer not null
  listeners bit(2048) not null
  constraint location_listeners_pkey PRIMARY KEY (time_window, location_id, chunk)
  grant delete, insert, select, update to closer
  grant select to reader

table location_metrics
  time_window timestamp with time zone not null -- start of the 5-minute window [start, start + 5 min), UTC
  location_id integer not null
  stream_count bigint not null -- plays at the location that started in the window
  unique_users bigint not null -- exact number of different users
  unique_songs bigint not null -- exact number of different songs
  revision integer not null default 0 -- how often late plays have changed the row
  updated_at timestamp with time zone not null default now()
  constraint location_metrics_location_id_fkey FOREIGN KEY (location_id) REFERENCES locations(location_id) NOT ENFORCED
  constraint location_metrics_pkey PRIMARY KEY (time_window, location_id)
  grant insert, select, update to closer
  grant select to reader

table location_partials
  time_window timestamp with time zone not null
  location_id integer not null
  stream_count integer not null
  user_ids integer[] not null
  song_ids integer[] not null
  CREATE INDEX location_partials_window_idx USING btree (time_window, location_id)
  grant delete, insert, select to closer
  grant insert, select to ingest
  grant select to reader

table locations
  location_id integer not null
  country text
  region text
  city text
  timezone text
  version_at timestamp with time zone not null
  version_partition integer not null
  version_offset bigint not null
  deleted_at timestamp with time zone
  constraint locations_pkey PRIMARY KEY (location_id)
  grant select to closer
  grant insert, select to ingest
  grant select to reader
  grant update (country, region, city, timezone, version_at, version_partition, version_offset, deleted_at) to ingest

table metric_revisions -- every change of a metric row after its window was published, in the order of revision_id
  revision_id bigint not null generated always as identity
  metric_table text not null
  time_window timestamp with time zone not null
  key jsonb not null -- the key but for time_window, column -> id
  revision integer not null -- of the metric row since this change; 0: late plays added the row
  changed_at timestamp with time zone not null
  old_values jsonb -- column -> value; null: there was no row, or (revision above 0) it was changed before changes were recorded
  new_values jsonb -- column -> value; null: the row was removed
  constraint metric_revisions_pkey PRIMARY KEY (revision_id)
  CREATE INDEX metric_revisions_changed_idx USING brin (changed_at)
  CREATE INDEX metric_revisions_row_idx USING btree (metric_table, time_window, key)
  grant insert to closer
  grant select to reader

table partition_ledger
  topic text not null
  partition integer not null
  incarnation integer not null default 1
  handled_offsets int8multirange not null default '{}'::int8multirange -- the set of offsets with an outcome, normally one range
  accepted_count bigint not null default 0
  duplicate_count bigint not null default 0
  redelivered_count bigint not null default 0 -- records whose offset had an outcome already
  late_count bigint not null default 0 -- those of the accepted plays whose window had closed
  rejected_counts jsonb not null default '{}'::jsonb -- reason code -> number of rejected records
  newest_event_at timestamp with time zone -- newest valid event time, rejected plays included
  newest_record_at timestamp with time zone -- newest time of a record by the broker's clock
  handled_at timestamp with time zone not null default clock_timestamp() -- when a record was handled last, or the partition was registered
  is_idle boolean not null default false -- caught up and quiet: left out of the watermark until its next record
  constraint partition_ledger_pkey PRIMARY KEY (topic, partition, incarnation)
  grant insert, select, update to closer
  grant insert, select, update to ingest
  grant select to reader

table record_attempts -- attempts at single records that have begun and not ended; a row goes with the end of one
  source_topic text not null
  source_partition integer not null
  source_offset bigint not null
  source_timestamp timestamp with time zone not null
  payload_sha256 bytea not null
  attempt_count integer not null default 1 -- after five that did not end the record is rejected as handler_crash
  attempted_at timestamp with time zone not null default clock_timestamp()
  constraint record_attempts_pkey PRIMARY KEY (source_topic, source_partition, source_offset, source_timestamp, payload_sha256)
  grant delete, insert, select, update to ingest
  grant select to reader

table removed_counts -- of the rows of partition_ledger and dead_letters that retention has deleted
  topic text not null
  partition integer not null
  accepted_count bigint not null default 0
  redelivered_count bigint not null default 0
  rejected_count bigint not null default 0
  letter_count bigint not null default 0
  constraint removed_counts_pkey PRIMARY KEY (topic, partition)
  grant select to reader

table retention_horizons -- what is older than its horizon may be gone; a horizon never goes back
  kept text not null
  horizon timestamp with time zone not null default '-infinity'::timestamp with time zone -- on the hour; of facts: no play before it becomes a fact any more, and no window before it is revised
  moved_at timestamp with time zone
  removed_count bigint not null default 0 -- rows deleted so far
  constraint retention_horizons_kept_check CHECK ((kept = ANY (ARRAY['facts'::text, 'ledger'::text, 'dead_letters'::text, 'revisions'::text])))
  constraint retention_horizons_pkey PRIMARY KEY (kept)
  grant select to closer
  grant select to ingest
  grant select to reader

table revision_marks
  window_kind text not null
  window_start timestamp with time zone not null
  late_count bigint not null
  marked_at timestamp with time zone not null default clock_timestamp()
  CREATE INDEX revision_marks_window_idx USING btree (window_kind, window_start)
  grant delete, insert, select to closer
  grant insert, select to ingest
  grant select to reader

table schema_migrations
  version integer not null
  name text not null
  sha256 text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_migrations_pkey PRIMARY KEY (version)

table songs
  song_id integer not null
  title text
  duration_seconds integer
  release_date date
  genre text
  language text
  explicit boolean
  version_at timestamp with time zone not null
  version_partition integer not null
  version_offset bigint not null
  deleted_at timestamp with time zone
  constraint songs_pkey PRIMARY KEY (song_id)
  grant select to closer
  grant insert, select to ingest
  grant select to reader
  grant update (title, duration_seconds, release_date, genre, language, explicit, version_at, version_partition, version_offset, deleted_at) to ingest

table stream_events
  event_id uuid not null
  "timestamp" timestamp with time zone not null
  user_id integer not null
  song_id integer not null
  artist_id integer not null
  album_id integer not null
  device_id integer not null
  location_id integer not null
  stream_duration_seconds integer not null
  is_complete_play boolean not null
  is_skipped boolean not null
  is_liked boolean not null
  is_shared boolean not null
  is_added_to_playlist boolean not null
  constraint stream_events_album_id_fkey FOREIGN KEY (album_id) REFERENCES albums(album_id) NOT ENFORCED
  constraint stream_events_artist_id_fkey FOREIGN KEY (artist_id) REFERENCES artists(artist_id) NOT ENFORCED
  constraint stream_events_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices(device_id) NOT ENFORCED
  constraint stream_events_location_id_fkey FOREIGN KEY (location_id) REFERENCES locations(location_id) NOT ENFORCED
  constraint stream_events_pkey PRIMARY KEY (event_id)
  constraint stream_events_song_id_fkey FOREIGN KEY (song_id) REFERENCES songs(song_id) NOT ENFORCED
  constraint stream_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) NOT ENFORCED
  CREATE INDEX stream_events_timestamp_idx USING btree ("timestamp")
  CREATE TRIGGER stream_events_refuse_orphans_on_insert AFTER INSERT ON public.stream_events REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans()
  CREATE TRIGGER stream_events_refuse_orphans_on_update AFTER UPDATE ON public.stream_events REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans()
  grant select to closer
  grant insert, select to ingest
  grant select to reader

table topic_watermarks
  topic text not null
  partition_count integer not null
  watermark timestamp with time zone not null default '-infinity'::timestamp with time zone
  constraint topic_watermarks_pkey PRIMARY KEY (topic)
  grant insert, select, update to closer
  grant insert, select, update to ingest
  grant select to reader

table user_engagement_metrics
  time_window timestamp with time zone not null -- start of the 5-minute window [start, start + 5 min), UTC
  user_id integer not null
  stream_count bigint not null -- plays of the user that started in the window
  total_listen_time bigint not null -- sum of stream_duration_seconds
  avg_listen_time double precision not null -- total_listen_time / stream_count, seconds
  skip_rate double precision not null -- skipped plays / stream_count
  like_rate double precision not null -- liked plays / stream_count
  share_rate double precision not null -- shared plays / stream_count
  playlist_add_rate double precision not null -- plays added to a playlist / stream_count
  revision integer not null default 0 -- how often late plays have changed the row
  updated_at timestamp with time zone not null default now()
  constraint user_engagement_metrics_pkey PRIMARY KEY (time_window, user_id)
  constraint user_engagement_metrics_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) NOT ENFORCED
  grant insert, select, update to closer
  grant select to reader

table user_engagement_partials
  time_window timestamp with time zone not null
  user_ids integer[] not null storage external
  stream_counts integer[] not null storage external
  total_listen_times bigint[] not null storage external
  skipped_counts integer[] not null storage external
  liked_counts integer[] not null storage external
  shared_counts integer[] not null storage external
  added_to_playlist_counts integer[] not null storage external
  constraint user_engagement_partials_positions_check CHECK (((cardinality(stream_counts) = cardinality(user_ids)) AND (cardinality(total_listen_times) = cardinality(user_ids)) AND (cardinality(skipped_counts) = cardinality(user_ids)) AND (cardinality(liked_counts) = cardinality(user_ids)) AND (cardinality(shared_counts) = cardinality(user_ids)) AND (cardinality(added_to_playlist_counts) = cardinality(user_ids))))
  CREATE INDEX user_engagement_partials_window_idx USING btree (time_window)
  grant delete, insert, select to closer
  grant insert, select to ingest
  grant select to reader

table user_engagement_segment_versions -- at which version the sums of a window by segment have its users
  time_window timestamp with time zone not null
  version bigint not null
  constraint user_engagement_segment_versions_pkey PRIMARY KEY (time_window)
  CREATE INDEX user_engagement_segment_versions_version_idx USING btree (version)
  grant delete, insert, select, update to closer
  grant select to reader

table user_engagement_segments -- sums of a published window by segment of its users; those of nobody are zeros that users have left
  time_window timestamp with time zone not null
  subscription_type text not null
  age_group text not null
  active_users bigint not null
  stream_count bigint not null
  total_listen_time bigint not null
  skipped_count bigint not null
  liked_count bigint not null
  shared_count bigint not null
  added_to_playlist_count bigint not null
  constraint user_engagement_segments_pkey PRIMARY KEY (time_window, subscription_type, age_group)
  CREATE INDEX user_engagement_segments_hour_idx USING btree (date_bin('01:00:00'::interval, time_window, '1970-01-01 00:00:00+00'::timestamp with time zone))
  grant delete, insert, select, update to closer
  grant select to reader

table user_segment_changes -- which segment a user left at a version; kept until all sums are newer
  version bigint not null
  user_id integer not null
  subscription_type text not null
  age_group text not null
  changed_at timestamp with time zone not null default clock_timestamp()
  constraint user_segment_changes_pkey PRIMARY KEY (version, user_id)
  grant delete, select to closer
  grant select to reader

table user_segment_version
  only_row boolean not null default true
  version bigint not null
  constraint user_segment_version_only_row_check CHECK (only_row)
  constraint user_segment_version_pkey PRIMARY KEY (only_row)
  grant select to closer
  grant select to reader

table users
  user_id integer not null
  username text
  age integer
  gender text
  subscription_type text
  registration_date timestamp with time zone
  country text
  version_at timestamp with time zone not null
  version_partition integer not null
  version_offset bigint not null
  deleted_at timestamp with time zone
  constraint users_pkey PRIMARY KEY (user_id)
  CREATE TRIGGER users_note_segment_changes AFTER UPDATE ON public.users REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_segment_changes()
  grant select to closer
  grant insert, select to ingest
  grant select to reader
  grant update (username, age, gender, subscription_type, registration_date, country, version_at, version_partition, version_offset, deleted_at) to ingest

table window_frontiers
  window_kind text not null
  window_size interval not null
  closed_until timestamp with time zone not null default '-infinity'::timestamp with time zone
  moved_at timestamp with time zone not null default now()
  constraint window_frontiers_pkey PRIMARY KEY (window_kind)
  constraint window_frontiers_window_kind_check CHECK ((window_kind = ANY (ARRAY['minutes'::text, 'hourly'::text])))
  constraint window_frontiers_window_size_check CHECK ((window_size > '00:00:00'::interval))
  grant select, update to closer
  grant select to ingest
  grant select to reader

table window_partials
  window_kind text not null
  window_start timestamp with time zone not null
  stream_count bigint not null
  CREATE INDEX window_partials_window_idx USING btree (window_kind, window_start)
  grant delete, insert, select to closer
  grant insert, select to ingest
  grant select to reader

table window_publications
  window_kind text not null
  window_start timestamp with time zone not null
  revision integer not null default 0
  published_at timestamp with time zone not null default now()
  revised_at timestamp with time zone not null default now()
  constraint window_publications_pkey PRIMARY KEY (window_kind, window_start)
  constraint window_publications_window_kind_fkey FOREIGN KEY (window_kind) REFERENCES window_frontiers(window_kind)
  CREATE TRIGGER window_publications_outdate_hour_rollup AFTER INSERT OR UPDATE ON public.window_publications FOR EACH ROW EXECUTE FUNCTION outdate_hour_rollup()
  grant insert, select, update to closer
  grant select to ingest
  grant select to reader

view arrived_references -- awaited references whose dimension is there by now: the scheduled redrive takes them away
  dimension text
  reference_id bigint
   WITH RECURSIVE awaited AS (
          ( SELECT awaited_references.dimension,
              awaited_references.reference_id
             FROM awaited_references
            ORDER BY awaited_references.dimension, awaited_references.reference_id
           LIMIT 1)
          UNION ALL
           SELECT next.dimension,
              next.reference_id
             FROM awaited a
               CROSS JOIN LATERAL ( SELECT r.dimension,
                      r.reference_id
                     FROM awaited_references r
                    WHERE (ROW(r.dimension, r.reference_id) > ROW(a.dimension, a.reference_id))
                    ORDER BY r.dimension, r.reference_id
                   LIMIT 1) next
          )
   SELECT dimension,
      reference_id
     FROM awaited
    WHERE
          CASE dimension
              WHEN 'users'::text THEN (EXISTS ( SELECT
                 FROM users
                WHERE users.user_id = awaited.reference_id))
              WHEN 'artists'::text THEN (EXISTS ( SELECT
                 FROM artists
                WHERE artists.artist_id = awaited.reference_id))
              WHEN 'albums'::text THEN (EXISTS ( SELECT
                 FROM albums
                WHERE albums.album_id = awaited.reference_id))
              WHEN 'songs'::text THEN (EXISTS ( SELECT
                 FROM songs
                WHERE songs.song_id = awaited.reference_id))
              WHEN 'devices'::text THEN (EXISTS ( SELECT
                 FROM devices
                WHERE devices.device_id = awaited.reference_id))
              WHEN 'locations'::text THEN (EXISTS ( SELECT
                 FROM locations
                WHERE locations.location_id = awaited.reference_id))
              ELSE false
          END;
  grant select to closer
  grant select to ingest
  grant select to reader

view content_by_hour
  time_window timestamp with time zone
  song_id integer
  song text
  artist_id integer
  artist text
  genre text
  stream_count integer
  completed_count integer
  skipped_count integer
  liked_count integer
  is_final boolean
   SELECT c.time_window,
      c.song_id,
      COALESCE(s.title, 'song '::text || c.song_id) AS song,
      c.artist_id,
      COALESCE(a.name, 'artist '::text || c.artist_id) AS artist,
      COALESCE(s.genre, 'unknown'::text) AS genre,
      c.stream_count,
      c.completed_count,
      c.skipped_count,
      c.liked_count,
      h.is_final
     FROM ( SELECT content_performance_hour_parts.time_window,
              content_performance_hour_parts.song_id,
              content_performance_hour_parts.artist_id,
              sum(content_performance_hour_parts.stream_count)::integer AS stream_count,
              sum(content_performance_hour_parts.completed_count)::integer AS completed_count,
              sum(content_performance_hour_parts.skipped_count)::integer AS skipped_count,
              sum(content_performance_hour_parts.liked_count)::integer AS liked_count
             FROM content_performance_hour_parts
            GROUP BY content_performance_hour_parts.time_window, content_performance_hour_parts.song_id, content_performance_hour_parts.artist_id) c
       JOIN hour_states h USING (time_window)
       LEFT JOIN songs s USING (song_id)
       LEFT JOIN artists a USING (artist_id);
  grant select to reader

view content_by_window
  time_window timestamp with time zone
  song_id integer
  song text
  artist_id integer
  artist text
  genre text
  stream_count bigint
  completed_count bigint
  skipped_count bigint
  liked_count bigint
  is_final boolean
   SELECT l.time_window,
      l.song_id,
      COALESCE(s.title, 'song '::text || l.song_id) AS song,
      l.artist_id,
      COALESCE(a.name, 'artist '::text || l.artist_id) AS artist,
      COALESCE(s.genre, 'unknown'::text) AS genre,
      l.stream_count,
      total_of_mean(l.completion_rate, l.stream_count) AS completed_count,
      total_of_mean(l.skip_rate, l.stream_count) AS skipped_count,
      total_of_mean(l.like_rate, l.stream_count) AS liked_count,
      l.is_final
     FROM content_performance_live l
       LEFT JOIN songs s USING (song_id)
       LEFT JOIN artists a USING (artist_id);
  grant select to reader

view content_performance_hour_parts
  time_window timestamp with time zone
  song_id integer
  artist_id integer
  stream_count integer
  completed_count integer
  skipped_count integer
  liked_count integer
   SELECT s.time_window,
      s.song_id,
      s.artist_id,
      s.stream_count,
      s.completed_count,
      s.skipped_count,
      s.liked_count
     FROM content_performance_hours s
    WHERE s.time_window = ANY ((ARRAY( SELECT h.time_window
             FROM hour_rollups h
            WHERE h.rolled_until IS NOT NULL)))
  UNION ALL
   SELECT h.time_window,
      m.song_id,
      m.artist_id,
      m.stream_count::integer AS stream_count,
      round(m.completion_rate * m.stream_count::double precision)::integer AS completed_count,
      round(m.skip_rate * m.stream_count::double precision)::integer AS skipped_count,
      round(m.like_rate * m.stream_count::double precision)::integer AS liked_count
     FROM hour_rollups h
       JOIN content_performance_metrics m ON m.time_window >= COALESCE(h.rolled_until, h.time_window) AND m.time_window < (h.time_window + '01:00:00'::interval)
    WHERE h.rolled_until IS DISTINCT FROM (h.time_window + '01:00:00'::interval)
  UNION ALL
   SELECT date_bin('01:00:00'::interval, content_performance_partial_rows.time_window, '1970-01-01 00:00:00+00'::timestamp with time zone) AS time_window,
      content_performance_partial_rows.song_id,
      content_performance_partial_rows.artist_id,
      content_performance_partial_rows.stream_count,
      content_performance_partial_rows.completed_count,
      content_performance_partial_rows.skipped_count,
      content_performance_partial_rows.liked_count
     FROM content_performance_partial_rows;
  grant select to reader

view content_performance_live
  time_window timestamp with time zone
  song_id integer
  artist_id integer
  stream_count bigint
  completion_rate double precision
  skip_rate double precision
  like_rate double precision
  is_final boolean
   SELECT content_performance_metrics.time_window,
      content_performance_metrics.song_id,
      content_performance_metrics.artist_id,
      content_performance_metrics.stream_count,
      content_performance_metrics.completion_rate,
      content_performance_metrics.skip_rate,
      content_performance_metrics.like_rate,
      true AS is_final
     FROM content_performance_metrics
  UNION ALL
   SELECT content_performance_partial_rows.time_window,
      content_performance_partial_rows.song_id,
      content_performance_partial_rows.artist_id,
      sum(content_performance_partial_rows.stream_count) AS stream_count,
      sum(content_performance_partial_rows.completed_count)::double precision / sum(content_performance_partial_rows.stream_count)::double precision AS completion_rate,
      sum(content_performance_partial_rows.skipped_count)::double precision / sum(content_performance_partial_rows.stream_count)::double precision AS skip_rate,
      sum(content_performance_partial_rows.liked_count)::double precision / sum(content_performance_partial_rows.stream_count)::double precision AS like_rate,
      false AS is_final
     FROM content_performance_partial_rows
    GROUP BY content_performance_partial_rows.time_window, content_performance_partial_rows.song_id, content_performance_partial_rows.artist_id;
  grant select to reader

view content_performance_partial_rows -- content_performance_partials with a row per micro-batch, window, song and artist
  time_window timestamp with time zone
  song_id integer
  artist_id integer
  stream_count integer
  completed_count integer
  skipped_count integer
  liked_count integer
   SELECT time_window,
      unnest(song_ids) AS song_id,
      unnest(artist_ids) AS artist_id,
      unnest(stream_counts) AS stream_count,
      unnest(completed_counts) AS completed_count,
      unnest(skipped_counts) AS skipped_count,
      unnest(liked_counts) AS liked_count
     FROM content_performance_partials;
  grant select to closer
  grant select to reader

view device_by_window
  time_window timestamp with time zone
  device_id integer
  device_type text
  os text
  stream_count bigint
  total_listen_time bigint
  completed_count bigint
  is_final boolean
   SELECT l.time_window,
      l.device_id,
      COALESCE(d.device_type, 'unknown'::text) AS device_type,
      COALESCE(d.os, 'unknown'::text) AS os,
      l.stream_count,
      total_of_mean(l.avg_listen_time, l.stream_count) AS total_listen_time,
      total_of_mean(l.completion_rate, l.stream_count) AS completed_count,
      l.is_final
     FROM device_live l
       LEFT JOIN devices d USING (device_id);
  grant select to reader

view device_live
  time_window timestamp with time zone
  device_id integer
  stream_count bigint
  avg_listen_time double precision
  completion_rate double precision
  is_final boolean
   SELECT device_metrics.time_window,
      device_metrics.device_id,
      device_metrics.stream_count,
      device_metrics.avg_listen_time,
      device_metrics.completion_rate,
      true AS is_final
     FROM device_metrics
  UNION ALL
   SELECT device_partials.time_window,
      device_partials.device_id,
      sum(device_partials.stream_count) AS stream_count,
      sum(device_partials.total_listen_time)::double precision / sum(device_partials.stream_count)::double precision AS avg_listen_time,
      sum(device_partials.completed_count)::double precision / sum(device_partials.stream_count)::double precision AS completion_rate,
      false AS is_final
     FROM device_partials
    GROUP BY device_partials.time_window, device_partials.device_id;
  grant select to reader

view engagement_by_hour
  time_window timestamp with time zone
  subscription_type text
  age_group text
  stream_count bigint
  total_listen_time bigint
  skipped_count bigint
  liked_count bigint
  shared_count bigint
  added_to_playlist_count bigint
  is_final boolean
   SELECT w.time_window,
      w.subscription_type,
      w.age_group,
      w.stream_count,
      w.total_listen_time,
      w.skipped_count,
      w.liked_count,
      w.shared_count,
      w.added_to_playlist_count,
      w.is_final AND (w.time_window + '01:00:00'::interval) <= f.closed_until AS is_final
     FROM ( SELECT date_bin('01:00:00'::interval, engagement_window_parts.time_window, '1970-01-01 00:00:00+00'::timestamp with time zone) AS time_window,
              engagement_window_parts.subscription_type,
              engagement_window_parts.age_group,
              sum(engagement_window_parts.stream_count)::bigint AS stream_count,
              sum(engagement_window_parts.total_listen_time)::bigint AS total_listen_time,
              sum(engagement_window_parts.skipped_count)::bigint AS skipped_count,
              sum(engagement_window_parts.liked_count)::bigint AS liked_count,
              sum(engagement_window_parts.shared_count)::bigint AS shared_count,
              sum(engagement_window_parts.added_to_playlist_count)::bigint AS added_to_playlist_count,
              bool_and(engagement_window_parts.is_final) AS is_final
             FROM engagement_window_parts
            GROUP BY (date_bin('01:00:00'::interval, engagement_window_parts.time_window, '1970-01-01 00:00:00+00'::timestamp with time zone)), engagement_window_parts.subscription_type, engagement_window_parts.age_group
           HAVING sum(engagement_window_parts.stream_count) > 0::numeric) w
       CROSS JOIN window_frontiers f
    WHERE f.window_kind = 'minutes'::text;
  grant select to reader

view engagement_by_user_hour
  time_window timestamp with time zone
  user_id integer
  subscription_type text
  age_group text
  stream_count integer
  total_listen_time bigint
  skipped_count integer
  liked_count integer
  shared_count integer
  added_to_playlist_count integer
  is_final boolean
   SELECT e.time_window,
      e.user_id,
      COALESCE(u.subscription_type, 'unknown'::text) AS subscription_type,
      age_group(u.age) AS age_group,
      e.stream_count,
      e.total_listen_time,
      e.skipped_count,
      e.liked_count,
      e.shared_count,
      e.added_to_playlist_count,
      h.is_final
     FROM ( SELECT date_bin('01:00:00'::interval, user_engagement_live.time_window, '1970-01-01 00:00:00+00'::timestamp with time zone) AS time_window,
              user_engagement_live.user_id,
              sum(user_engagement_live.stream_count::double precision)::integer AS stream_count,
              sum(user_engagement_live.total_listen_time::double precision)::bigint AS total_listen_time,
              sum(round(user_engagement_live.skip_rate * user_engagement_live.stream_count::double precision))::integer AS skipped_count,
              sum(round(user_engagement_live.like_rate * user_engagement_live.stream_count::double precision))::integer AS liked_count,
              sum(round(user_engagement_live.share_rate * user_engagement_live.stream_count::double precision))::integer AS shared_count,
              sum(round(user_engagement_live.playlist_add_rate * user_engagement_live.stream_count::double precision))::integer AS added_to_playlist_count
             FROM user_engagement_live
            GROUP BY (date_bin('01:00:00'::interval, user_engagement_live.time_window, '1970-01-01 00:00:00+00'::timestamp with time zone)), user_engagement_live.user_id) e
       JOIN hour_states h USING (time_window)
       LEFT JOIN users u USING (user_id);
  grant select to reader

view engagement_by_user_window
  time_window timestamp with time zone
  user_id integer
  subscription_type text
  age_group text
  stream_count bigint
  total_listen_time bigint
  skipped_count bigint
  liked_count bigint
  shared_count bigint
  added_to_playlist_count bigint
  is_final boolean
   SELECT l.time_window,
      l.user_id,
      COALESCE(u.subscription_type, 'unknown'::text) AS subscription_type,
      age_group(u.age) AS age_group,
      l.stream_count,
      l.total_listen_time,
      total_of_mean(l.skip_rate, l.stream_count) AS skipped_count,
      total_of_mean(l.like_rate, l.stream_count) AS liked_count,
      total_of_mean(l.share_rate, l.stream_count) AS shared_count,
      total_of_mean(l.playlist_add_rate, l.stream_count) AS added_to_playlist_count,
      l.is_final
     FROM user_engagement_live l
       LEFT JOIN users u USING (user_id);
  grant select to reader

view engagement_by_window
  time_window timestamp with time zone
  subscription_type text
  age_group text
  active_users bigint
  stream_count bigint
  total_listen_time bigint
  skipped_count bigint
  liked_count bigint
  shared_count bigint
  added_to_playlist_count bigint
  is_final boolean
   SELECT time_window,
      subscription_type,
      age_group,
      sum(active_users)::bigint AS active_users,
      sum(stream_count)::bigint AS stream_count,
      sum(total_listen_time)::bigint AS total_listen_time,
      sum(skipped_count)::bigint AS skipped_count,
      sum(liked_count)::bigint AS liked_count,
      sum(shared_count)::bigint AS shared_count,
      sum(added_to_playlist_count)::bigint AS added_to_playlist_count,
      bool_and(is_final) AS is_final
     FROM ( SELECT engagement_window_parts.time_window,
              engagement_window_parts.subscription_type,
              engagement_window_parts.age_group,
              engagement_window_parts.active_users,
              engagement_window_parts.stream_count,
              engagement_window_parts.total_listen_time,
              engagement_window_parts.skipped_count,
              engagement_window_parts.liked_count,
              engagement_window_parts.shared_count,
              engagement_window_parts.added_to_playlist_count,
              engagement_window_parts.is_final
             FROM engagement_window_parts
          UNION ALL
           SELECT p.time_window,
              COALESCE(u.subscription_type, 'unknown'::text) AS "coalesce",
              age_group(u.age) AS age_group,
              1,
              0,
              0,
              0,
              0,
              0,
              0,
              false
             FROM ( SELECT DISTINCT user_engagement_partial_rows.time_window,
                      user_engagement_partial_rows.user_id
                     FROM user_engagement_partial_rows) p
               LEFT JOIN users u USING (user_id)) parts
    GROUP BY time_window, subscription_type, age_group
   HAVING sum(active_users) > 0::numeric;
  grant select to reader

view engagement_window_parts
  time_window timestamp with time zone
  subscription_type text
  age_group text
  active_users bigint
  stream_count bigint
  total_listen_time bigint
  skipped_count bigint
  liked_count bigint
  shared_count bigint
  added_to_playlist_count bigint
  is_final boolean
   SELECT user_engagement_segments.time_window,
      user_engagement_segments.subscription_type,
      user_engagement_segments.age_group,
      user_engagement_segments.active_users,
      user_engagement_segments.stream_count,
      user_engagement_segments.total_listen_time,
      user_engagement_segments.skipped_count,
      user_engagement_segments.liked_count,
      user_engagement_segments.shared_count,
      user_engagement_segments.added_to_playlist_count,
      true AS is_final
     FROM user_engagement_segments
  UNION ALL
   SELECT user_segment_moves.time_window,
      user_segment_moves.subscription_type,
      user_segment_moves.age_group,
      user_segment_moves.active_users,
      user_segment_moves.stream_count,
      user_segment_moves.total_listen_time,
      user_segment_moves.skipped_count,
      user_segment_moves.liked_count,
      user_segment_moves.shared_count,
      user_segment_moves.added_to_playlist_count,
      true AS is_final
     FROM user_segment_moves
  UNION ALL
   SELECT ages.time_window,
      COALESCE(ages.subscription_type, 'unknown'::text) AS subscription_type,
      age_group(ages.age) AS age_group,
      0 AS active_users,
      ages.stream_count::bigint AS stream_count,
      ages.total_listen_time::bigint AS total_listen_time,
      ages.skipped_count::bigint AS skipped_count,
      ages.liked_count::bigint AS liked_count,
      ages.shared_count::bigint AS shared_count,
      ages.added_to_playlist_count::bigint AS added_to_playlist_count,
      false AS is_final
     FROM ( SELECT p.time_window,
              u.subscription_type,
              u.age,
              sum(p.stream_count::double precision) AS stream_count,
              sum(p.total_listen_time::double precision) AS total_listen_time,
              sum(p.skipped_count::double precision) AS skipped_count,
              sum(p.liked_count::double precision) AS liked_count,
              sum(p.shared_count::double precision) AS shared_count,
              sum(p.added_to_playlist_count::double precision) AS added_to_playlist_count
             FROM user_engagement_partial_rows p
               LEFT JOIN users u USING (user_id)
            GROUP BY p.time_window, u.subscription_type, u.age) ages;
  grant select to reader

view hour_states
  time_window timestamp with time zone
  is_final boolean
   SELECT time_window,
      o.time_window IS NULL AND (time_window + '01:00:00'::interval) <= f.closed_until AS is_final
     FROM hour_rollups h
       FULL JOIN ( SELECT DISTINCT date_bin('01:00:00'::interval, window_partials.window_start, '1970-01-01 00:00:00+00'::timestamp with time zone) AS time_window
             FROM window_partials
            WHERE window_partials.window_kind = 'minutes'::text) o USING (time_window)
       CROSS JOIN window_frontiers f
    WHERE f.window_kind = 'minutes'::text;
  grant select to reader

view hourly_live
  time_window timestamp with time zone
  stream_count bigint
  unique_users bigint
  unique_songs bigint
  unique_artists bigint
  total_listen_time bigint
  avg_listen_time double precision
  skip_rate double precision
  like_rate double precision
  is_final boolean
   SELECT hourly_metrics.time_window,
      hourly_metrics.stream_count,
      hourly_metrics.unique_users,
      hourly_metrics.unique_songs,
      hourly_metrics.unique_artists,
      hourly_metrics.total_listen_time,
      hourly_metrics.avg_listen_time,
      hourly_metrics.skip_rate,
      hourly_metrics.like_rate,
      true AS is_final
     FROM hourly_metrics
  UNION ALL
   SELECT p.time_window,
      sum(p.stream_count) AS stream_count,
          CASE
              WHEN count(*) = 1 THEN max(cardinality(p.user_ids))::bigint
              ELSE ( SELECT count(*) AS count
                 FROM ( SELECT DISTINCT unnest(q.user_ids) AS unnest
                         FROM hourly_partials q
                        WHERE q.time_window = p.time_window) members)
          END AS unique_users,
          CASE
              WHEN count(*) = 1 THEN max(cardinality(p.song_ids))::bigint
              ELSE ( SELECT count(*) AS count
                 FROM ( SELECT DISTINCT unnest(q.song_ids) AS unnest
                         FROM hourly_partials q
                        WHERE q.time_window = p.time_window) members)
          END AS unique_songs,
          CASE
              WHEN count(*) = 1 THEN max(cardinality(p.artist_ids))::bigint
              ELSE ( SELECT count(*) AS count
                 FROM ( SELECT DISTINCT unnest(q.artist_ids) AS unnest
                         FROM hourly_partials q
                        WHERE q.time_window = p.time_window) members)
          END AS unique_artists,
      sum(p.total_listen_time)::bigint AS total_listen_time,
      sum(p.total_listen_time)::double precision / sum(p.stream_count)::double precision AS avg_listen_time,
      sum(p.skipped_count)::double precision / sum(p.stream_count)::double precision AS skip_rate,
      sum(p.liked_count)::double precision / sum(p.stream_count)::double precision AS like_rate,
      false AS is_final
     FROM hourly_partials p
    GROUP BY p.time_window;
  grant select to reader

view late_plays -- accepted plays that came after their window had closed, per window and source partition
  window_kind text
  window_start timestamp with time zone
  topic text
  partition integer
  late_count bigint -- a play is counted under each window size whose window had closed
  least_lateness interval -- lateness: from the window's end until the broker took the record, whenever that was handled; below zero where the window was closed ahead of its time
  greatest_lateness interval
  total_lateness interval
   SELECT window_kind,
      window_start,
      topic,
      partition,
      sum(late_count)::bigint AS late_count,
      min(least_lateness) AS least_lateness,
      max(greatest_lateness) AS greatest_lateness,
      sum(total_lateness) AS total_lateness
     FROM late_play_counts
    GROUP BY window_start, window_kind, topic, partition;
  grant select to reader

view location_by_window
  time_window timestamp with time zone
  location_id integer
  country text
  region text
  city text
  place text
  stream_count bigint
  is_final boolean
   SELECT l.time_window,
      l.location_id,
      COALESCE(p.country, 'unknown'::text) AS country,
      COALESCE(p.region, 'unknown'::text) AS region,
      COALESCE(p.city, 'location '::text || l.location_id) AS city,
      concat_ws(', '::text, COALESCE(p.city, 'location '::text || l.location_id), p.country) AS place,
      l.stream_count,
      l.is_final
     FROM location_live l
       LEFT JOIN locations p USING (location_id);
  grant select to reader

view location_listener_hour_parts
  time_window timestamp with time zone
  location_id integer
  chunk integer
  listeners "bit"
   SELECT s.time_window,
      s.location_id,
      s.chunk,
      s.listeners
     FROM location_listener_hours s
    WHERE s.time_window = ANY ((ARRAY( SELECT h.time_window
             FROM hour_rollups h
            WHERE h.rolled_until IS NOT NULL)))
  UNION ALL
   SELECT h.time_window,
      l.location_id,
      l.chunk,
      l.listeners
     FROM hour_rollups h
       JOIN location_listeners l ON l.time_window >= COALESCE(h.rolled_until, h.time_window) AND l.time_window < (h.time_window + '01:00:00'::interval)
    WHERE h.rolled_until IS DISTINCT FROM (h.time_window + '01:00:00'::interval)
  UNION ALL
   SELECT date_bin('01:00:00'::interval, location_listeners_open.time_window, '1970-01-01 00:00:00+00'::timestamp with time zone) AS time_window,
      location_listeners_open.location_id,
      location_listeners_open.chunk,
      location_listeners_open.listeners
     FROM location_listeners_open;
  grant select to reader

view location_listeners_by_hour
  time_window timestamp with time zone
  location_id integer
  chunk integer
  listeners "bit"
   SELECT time_window,
      location_id,
      chunk,
      bit_or(listeners) AS listeners
     FROM location_listener_hour_parts
    GROUP BY time_window, location_id, chunk;
  grant select to reader

view location_listeners_live
  time_window timestamp with time zone
  location_id integer
  chunk integer
  listeners "bit"
   SELECT location_listeners.time_window,
      location_listeners.location_id,
      location_listeners.chunk,
      location_listeners.listeners
     FROM location_listeners
  UNION ALL
   SELECT location_listeners_open.time_window,
      location_listeners_open.location_id,
      location_listeners_open.chunk,
      location_listeners_open.listeners
     FROM location_listeners_open;
  grant select to reader

view location_listeners_open
  time_window timestamp with time zone
  location_id integer
  chunk integer
  listeners "bit"
   SELECT location_partials.time_window,
      location_partials.location_id,
      user_id.user_id >> 11 AS chunk,
      bit_or(set_bit(repeat('0'::text, 2048)::bit(2048), user_id.user_id & 2047, 1)) AS listeners
     FROM location_partials
       CROSS JOIN LATERAL unnest(location_partials.user_ids) user_id(user_id)
    GROUP BY location_partials.time_window, location_partials.location_id, (user_id.user_id >> 11);
  grant select to reader

view location_live
  time_window timestamp with time zone
  location_id integer
  stream_count bigint
  unique_users bigint
  unique_songs bigint
  is_final boolean
   SELECT location_metrics.time_window,
      location_metrics.location_id,
      location_metrics.stream_count,
      location_metrics.unique_users,
      location_metrics.unique_songs,
      true AS is_final
     FROM location_metrics
  UNION ALL
   SELECT p.time_window,
      p.location_id,
      sum(p.stream_count) AS stream_count,
          CASE
              WHEN count(*) = 1 THEN max(cardinality(p.user_ids))::bigint
              ELSE ( SELECT count(*) AS count
                 FROM ( SELECT DISTINCT unnest(q.user_ids) AS unnest
                         FROM location_partials q
                        WHERE q.time_window = p.time_window AND q.location_id = p.location_id) members)
          END AS unique_users,
          CASE
              WHEN count(*) = 1 THEN max(cardinality(p.song_ids))::bigint
              ELSE ( SELECT count(*) AS count
                 FROM ( SELECT DISTINCT unnest(q.song_ids) AS unnest
                         FROM location_partials q
                        WHERE q.time_window = p.time_window AND q.location_id = p.location_id) members)
          END AS unique_songs,
      false AS is_final
     FROM location_partials p
    GROUP BY p.time_window, p.location_id;
  grant select to reader

view plays_by_location
  played_at timestamp with time zone
  user_id integer
  song_id integer
  location_id integer
  country text
  region text
  city text
  place text
   SELECT e."timestamp" AS played_at,
      e.user_id,
      e.song_id,
      e.location_id,
      COALESCE(l.country, 'unknown'::text) AS country,
      COALESCE(l.region, 'unknown'::text) AS region,
      COALESCE(l.city, 'location '::text || e.location_id) AS city,
      concat_ws(', '::text, COALESCE(l.city, 'location '::text || e.location_id), l.country) AS place
     FROM stream_events e
       LEFT JOIN locations l USING (location_id);
  grant select to reader

view streams_by_hour
  time_window timestamp with time zone
  stream_count bigint
  is_final boolean
   SELECT h.time_window,
      COALESCE(l.stream_count, 0::bigint) AS stream_count,
      COALESCE(l.is_final, (h.time_window + f.window_size) <= f.closed_until) AS is_final
     FROM window_frontiers f
       CROSS JOIN LATERAL generate_series(( SELECT min(hourly_live.time_window) AS min
             FROM hourly_live), GREATEST(( SELECT max(hourly_live.time_window) AS max
             FROM hourly_live), now()), f.window_size) h(time_window)
       LEFT JOIN hourly_live l USING (time_window)
    WHERE f.window_kind = 'hourly'::text;
  grant select to reader

view user_engagement_live
  time_window timestamp with time zone
  user_id integer
  stream_count bigint
  total_listen_time bigint
  avg_listen_time double precision
  skip_rate double precision
  like_rate double precision
  share_rate double precision
  playlist_add_rate double precision
  is_final boolean
   SELECT user_engagement_metrics.time_window,
      user_engagement_metrics.user_id,
      user_engagement_metrics.stream_count,
      user_engagement_metrics.total_listen_time,
      user_engagement_metrics.avg_listen_time,
      user_engagement_metrics.skip_rate,
      user_engagement_metrics.like_rate,
      user_engagement_metrics.share_rate,
      user_engagement_metrics.playlist_add_rate,
      true AS is_final
     FROM user_engagement_metrics
  UNION ALL
   SELECT user_engagement_partial_rows.time_window,
      user_engagement_partial_rows.user_id,
      sum(user_engagement_partial_rows.stream_count) AS stream_count,
      sum(user_engagement_partial_rows.total_listen_time::double precision)::bigint AS total_listen_time,
      sum(user_engagement_partial_rows.total_listen_time::double precision) / sum(user_engagement_partial_rows.stream_count)::double precision AS avg_listen_time,
      sum(user_engagement_partial_rows.skipped_count)::double precision / sum(user_engagement_partial_rows.stream_count)::double precision AS skip_rate,
      sum(user_engagement_partial_rows.liked_count)::double precision / sum(user_engagement_partial_rows.stream_count)::double precision AS like_rate,
      sum(user_engagement_partial_rows.shared_count)::double precision / sum(user_engagement_partial_rows.stream_count)::double precision AS share_rate,
      sum(user_engagement_partial_rows.added_to_playlist_count)::double precision / sum(user_engagement_partial_rows.stream_count)::double precision AS playlist_add_rate,
      false AS is_final
     FROM user_engagement_partial_rows
    GROUP BY user_engagement_partial_rows.time_window, user_engagement_partial_rows.user_id;
  grant select to reader

view user_engagement_partial_rows -- user_engagement_partials with a row per micro-batch, window and user
  time_window timestamp with time zone
  user_id integer
  stream_count integer
  total_listen_time bigint
  skipped_count integer
  liked_count integer
  shared_count integer
  added_to_playlist_count integer
   SELECT time_window,
      unnest(user_ids) AS user_id,
      unnest(stream_counts) AS stream_count,
      unnest(total_listen_times) AS total_listen_time,
      unnest(skipped_counts) AS skipped_count,
      unnest(liked_counts) AS liked_count,
      unnest(shared_counts) AS shared_count,
      unnest(added_to_playlist_counts) AS added_to_playlist_count
     FROM user_engagement_partials;
  grant select to closer
  grant select to reader

view user_segment_moves
  time_window timestamp with time zone
  subscription_type text
  age_group text
  active_users integer
  stream_count bigint
  total_listen_time bigint
  skipped_count bigint
  liked_count bigint
  shared_count bigint
  added_to_playlist_count bigint
   SELECT w.time_window,
      s.subscription_type,
      s.age_group,
      s.sign AS active_users,
      s.sign * m.stream_count AS stream_count,
      s.sign * m.total_listen_time AS total_listen_time,
      s.sign * total_of_mean(m.skip_rate, m.stream_count) AS skipped_count,
      s.sign * total_of_mean(m.like_rate, m.stream_count) AS liked_count,
      s.sign * total_of_mean(m.share_rate, m.stream_count) AS shared_count,
      s.sign * total_of_mean(m.playlist_add_rate, m.stream_count) AS added_to_playlist_count
     FROM user_segments_left l
       JOIN user_engagement_segment_versions w USING (version)
       CROSS JOIN LATERAL ( SELECT m_1.time_window,
              m_1.user_id,
              m_1.stream_count,
              m_1.total_listen_time,
              m_1.avg_listen_time,
              m_1.skip_rate,
              m_1.like_rate,
              m_1.share_rate,
              m_1.playlist_add_rate,
              m_1.revision,
              m_1.updated_at
             FROM user_engagement_metrics m_1
            WHERE m_1.time_window = w.time_window AND m_1.user_id = l.user_id
           LIMIT 1) m
       LEFT JOIN users u ON u.user_id = l.user_id
       CROSS JOIN LATERAL ( VALUES (l.subscription_type,l.age_group,'-1'::integer), (COALESCE(u.subscription_type, 'unknown'::text),age_group(u.age),1)) s(subscription_type, age_group, sign);
  grant select to closer
  grant select to reader

view user_segments_left
  version bigint
  user_id integer
  subscription_type text
  age_group text
   WITH RECURSIVE stale(version) AS (
           SELECT min(user_engagement_segment_versions.version) AS min
             FROM user_engagement_segment_versions
          UNION ALL
           SELECT ( SELECT min(w.version) AS min
                     FROM user_engagement_segment_versions w
                    WHERE w.version > s_1.version) AS min
             FROM stale s_1
            WHERE s_1.version IS NOT NULL
          )
   SELECT DISTINCT ON (s.version, c.user_id) s.version,
      c.user_id,
      c.subscription_type,
      c.age_group
     FROM stale s
       JOIN user_segment_changes c ON c.version > s.version
    ORDER BY s.version, c.user_id, c.version;
  grant select to reader
