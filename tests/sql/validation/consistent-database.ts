import type pg from "pg";

/** When the minute windows and the hours of the consistent database are closed; plays go on until 13:00. */
export const MINUTES_CLOSED_UNTIL = "2026-03-01 12:30:00+00";
export const HOURS_CLOSED_UNTIL = "2026-03-01 12:00:00+00";
/** Plays every 30 s from 10:00 to 13:00, so one lies exactly on every border. */
export const PLAY_COUNT = 360;

const DIMENSIONS = `
insert into users (user_id, username, age, subscription_type, country, version_at, version_partition, version_offset)
select id, 'user-' || id, (array[16, 22, 30, 40, 50, 70])[id],
  (array['free', 'premium', 'free', 'family', 'premium', null])[id], 'DE', now(), 0, id
from generate_series(1, 6) as id;
insert into artists (artist_id, name, country, genre, version_at, version_partition, version_offset)
select id, (array['The Doubles', 'Nightjar', 'The Doubles', 'Quiet Hands'])[id], 'DE', 'rock', now(), 0, id
from generate_series(1, 4) as id;
insert into albums (album_id, title, artist_id, version_at, version_partition, version_offset)
select id, 'Album ' || id, id, now(), 0, id
from generate_series(1, 4) as id;
insert into songs (song_id, title, duration_seconds, genre, version_at, version_partition, version_offset)
select id, 'Song ' || id, 200, (array['rock', 'pop', 'jazz', null])[1 + id % 4], now(), 0, id
from generate_series(1, 8) as id;
insert into devices (device_id, device_type, os, version_at, version_partition, version_offset)
select id, (array['phone', 'phone', 'speaker'])[id], (array['iOS', 'Android', null])[id], now(), 0, id
from generate_series(1, 3) as id;
insert into locations (location_id, country, region, city, version_at, version_partition, version_offset)
select id, (array['DE', 'DE', 'FR'])[id], (array['Bavaria', 'Berlin', null])[id], 'City ' || id, now(), 0, id
from generate_series(1, 3) as id;
`;

const PLAYS = `
insert into stream_events (
  event_id, "timestamp", user_id, song_id, artist_id, album_id, device_id, location_id, stream_duration_seconds,
  is_complete_play, is_skipped, is_liked, is_shared, is_added_to_playlist
)
select ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
  timestamptz '2026-03-01 10:00:00+00' + i * interval '30 seconds',
  1 + (i / 4) % 6, 1 + i * 7 % 8, 1 + i * 7 % 4, 1 + i * 7 % 4, 1 + i % 3, 1 + (i / 5) % 3, 30 + i % 211,
  i % 10 >= 5, i % 10 < 3, i % 7 = 0, i % 11 = 0, i % 13 = 0
from generate_series(0, ${PLAY_COUNT} - 1) as i;
`;

const BOOKKEEPING = `
insert into window_frontiers (window_kind, window_size, closed_until)
values
  ('minutes', '5 minutes', '${MINUTES_CLOSED_UNTIL}'),
  ('hourly', '1 hour', '${HOURS_CLOSED_UNTIL}')
on conflict (window_kind) do update set closed_until = excluded.closed_until;
insert into topic_watermarks (topic, partition_count, watermark)
values ('stream-events', 10, '${MINUTES_CLOSED_UNTIL}')
on conflict (topic) do update set watermark = excluded.watermark;
insert into partition_ledger (
  topic, partition, handled_offsets, accepted_count, duplicate_count, rejected_counts, newest_event_at
)
values
  ('users', 0, '{[0,6)}', 6, 0, '{}', null),
  (
    'stream-events', 0, '{[0,${PLAY_COUNT}),[${PLAY_COUNT + 2},${PLAY_COUNT + 8})}', ${PLAY_COUNT}, 3,
    '{"unknown_reference": 2, "malformed_json": 1}', '2026-03-01 12:59:30+00'
  )
on conflict (topic, partition, incarnation) do update set
  handled_offsets = excluded.handled_offsets, accepted_count = excluded.accepted_count,
  duplicate_count = excluded.duplicate_count, rejected_counts = excluded.rejected_counts,
  newest_event_at = excluded.newest_event_at;
insert into dead_letters (
  source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason, detail, first_seen_at,
  handler_version, state, origin
)
values
  ('stream-events', 0, 362, now(), '\\x01', 'unknown_reference', '', now(), '1', 'redriven', 'stream-events-0-362'),
  ('stream-events', 0, 363, now(), '\\x02', 'unknown_reference', '', now(), '1', 'resolved', 'stream-events-0-363'),
  ('stream-events', 0, 364, now(), '\\x03', 'malformed_json', '', now(), '1', 'waiting', 'stream-events-0-364'),
  -- Published before a commit that failed; the record was accepted when it came again.
  ('stream-events', 0, 5, now(), '\\x04', 'unknown_reference', '', now(), '1', 'resolved', 'stream-events-0-5');
`;

const RATE = (flag: string) =>
  `sum(${flag}::integer)::double precision / count(*)`;
const AVERAGE = "sum(stream_duration_seconds)::double precision / count(*)";

/** Every window is cut here by its two borders, where the statements under test round times down. */
const PUBLICATIONS = `
create temporary table published as
select 'minutes' as window_kind, s as window_start, s + interval '5 minutes' as window_end
from generate_series(timestamptz '2026-03-01 10:00+00', timestamptz '${MINUTES_CLOSED_UNTIL}' - interval '5 minutes', '5 minutes') as s
union all
select 'hourly', s, s + interval '1 hour'
from generate_series(timestamptz '2026-03-01 10:00+00', timestamptz '${HOURS_CLOSED_UNTIL}' - interval '1 hour', '1 hour') as s;
create temporary view minute_plays as
select w.window_start, e.*
from stream_events e
join published w on w.window_kind = 'minutes' and e."timestamp" >= w.window_start and e."timestamp" < w.window_end;
insert into window_publications (window_kind, window_start)
select window_kind, window_start from published;
insert into user_engagement_metrics (
  time_window, user_id, stream_count, total_listen_time, avg_listen_time, skip_rate, like_rate, share_rate,
  playlist_add_rate
)
select window_start, user_id, count(*), sum(stream_duration_seconds), ${AVERAGE}, ${RATE("is_skipped")},
  ${RATE("is_liked")}, ${RATE("is_shared")}, ${RATE("is_added_to_playlist")}
from minute_plays group by window_start, user_id;
insert into content_performance_metrics (time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate)
select window_start, song_id, artist_id, count(*), ${RATE("is_complete_play")}, ${RATE("is_skipped")}, ${RATE("is_liked")}
from minute_plays group by window_start, song_id, artist_id;
insert into device_metrics (time_window, device_id, stream_count, avg_listen_time, completion_rate)
select window_start, device_id, count(*), ${AVERAGE}, ${RATE("is_complete_play")}
from minute_plays group by window_start, device_id;
insert into location_metrics (time_window, location_id, stream_count, unique_users, unique_songs)
select window_start, location_id, count(*), count(distinct user_id), count(distinct song_id)
from minute_plays group by window_start, location_id;
insert into hourly_metrics (
  time_window, stream_count, unique_users, unique_songs, unique_artists, total_listen_time, avg_listen_time,
  skip_rate, like_rate
)
select w.window_start, count(*), count(distinct user_id), count(distinct song_id), count(distinct artist_id),
  sum(stream_duration_seconds), ${AVERAGE}, ${RATE("is_skipped")}, ${RATE("is_liked")}
from stream_events e
join published w on w.window_kind = 'hourly' and e."timestamp" >= w.window_start and e."timestamp" < w.window_end
group by w.window_start;
insert into location_listeners (time_window, location_id, chunk, listeners)
select window_start, location_id, 0,
  bit_or(set_bit(repeat('0', 2048)::bit(2048), user_id, 1))
from minute_plays group by window_start, location_id;
-- Of the two hours that have come to rest, one is added up.
update hour_rollups set rolled_until = '2026-03-01 12:00+00', is_due = false where time_window = '2026-03-01 11:00+00';
insert into content_performance_hours (
  time_window, song_id, artist_id, stream_count, completed_count, skipped_count, liked_count
)
select '2026-03-01 11:00+00', song_id, artist_id, count(*), count(*) filter (where is_complete_play),
  count(*) filter (where is_skipped), count(*) filter (where is_liked)
from minute_plays where window_start >= '2026-03-01 11:00+00' and window_start < '2026-03-01 12:00+00' group by song_id, artist_id;
insert into location_listener_hours (time_window, location_id, chunk, listeners)
select '2026-03-01 11:00+00', location_id, 0, bit_or(set_bit(repeat('0', 2048)::bit(2048), user_id, 1))
from minute_plays where window_start >= '2026-03-01 11:00+00' and window_start < '2026-03-01 12:00+00' group by location_id;
insert into user_engagement_segments (
  time_window, subscription_type, age_group, active_users, stream_count, total_listen_time, skipped_count, liked_count,
  shared_count, added_to_playlist_count
)
select window_start, coalesce(u.subscription_type, 'unknown'), age_group(u.age), count(distinct p.user_id), count(*),
  sum(stream_duration_seconds), count(*) filter (where is_skipped), count(*) filter (where is_liked),
  count(*) filter (where is_shared), count(*) filter (where is_added_to_playlist)
from minute_plays p join users u using (user_id) group by 1, 2, 3;
insert into user_engagement_segment_versions select distinct time_window, 0 from user_engagement_segments;
drop view minute_plays;
drop table published;
`;

/** Fills a migrated database with what plays, micro-batches and the closer leave behind when all goes well. */
export async function fillConsistently(client: pg.Client): Promise<void> {
  await client.query(DIMENSIONS);
  await client.query(PLAYS);
  await client.query(BOOKKEEPING);
  await client.query(PUBLICATIONS);
  await addPartials(
    client,
    "minutes",
    MINUTES_CLOSED_UNTIL,
    "2026-03-01 13:00:00+00",
  );
  await addPartials(
    client,
    "hourly",
    HOURS_CLOSED_UNTIL,
    "2026-03-01 13:00:00+00",
  );
}

const LISTENED = "sum(stream_duration_seconds)";
const COUNT = (flag: string) => `count(*) filter (where ${flag})`;
const MEMBERS = (column: string) => `array_agg(distinct ${column})`;

/** Adds the partial aggregates of the plays in `[from, to)`, as if they had come in two micro-batches. */
export async function addPartials(
  client: pg.Client,
  kind: "minutes" | "hourly",
  from: string,
  to: string,
): Promise<void> {
  const add = async (table: string, keys: string[], values: string[]) => {
    const start = `date_bin('${kind === "minutes" ? "5 minutes" : "1 hour"}', "timestamp", timestamptz '1970-01-01 00:00+00')`;
    const columns = [start, ...keys, ...values];
    await client.query(
      `insert into ${table}
      select ${table === "window_partials" ? `'${kind}', ` : ""}${columns.join(", ")}
      from stream_events
      where "timestamp" >= $1 and "timestamp" < $2
      group by ${[start, ...keys].join(", ")}, extract(second from "timestamp") >= 30`,
      [from, to],
    );
  };
  /** One row of arrays per window and micro-batch. */
  const addArrays = (table: string, keys: string[], values: string[]) => {
    const columns = [...keys, ...values].map(
      (expression, index) => `${expression} as column_${index}`,
    );
    return client.query(
      `insert into ${table}
      select window_start, ${columns.map((_, index) => `array_agg(column_${index})`).join(", ")}
      from (
        select date_bin('5 minutes', "timestamp", timestamptz '1970-01-01 00:00+00') as window_start,
          extract(second from "timestamp") >= 30 as is_second, ${columns.join(", ")}
        from stream_events
        where "timestamp" >= $1 and "timestamp" < $2
        group by 1, 2, ${keys.join(", ")}
      ) keyed
      group by window_start, is_second`,
      [from, to],
    );
  };
  await add("window_partials", [], ["count(*)"]);
  if (kind === "hourly") {
    const members = ["user_id", "song_id", "artist_id"].map(MEMBERS);
    await add(
      "hourly_partials",
      [],
      [
        LISTENED,
        "count(*)",
        COUNT("is_skipped"),
        COUNT("is_liked"),
        ...members,
      ],
    );
    return;
  }
  await addArrays(
    "user_engagement_partials",
    ["user_id"],
    [
      "count(*)",
      LISTENED,
      ...["is_skipped", "is_liked", "is_shared", "is_added_to_playlist"].map(
        COUNT,
      ),
    ],
  );
  await addArrays(
    "content_performance_partials",
    ["song_id", "artist_id"],
    ["count(*)", ...["is_complete_play", "is_skipped", "is_liked"].map(COUNT)],
  );
  // The columns of this table begin with its widest one.
  await client.query(
    `insert into device_partials (time_window, total_listen_time, device_id, stream_count, completed_count)
    select date_bin('5 minutes', "timestamp", timestamptz '1970-01-01 00:00+00'), ${LISTENED}, device_id, count(*),
      ${COUNT("is_complete_play")}
    from stream_events
    where "timestamp" >= $1 and "timestamp" < $2
    group by 1, device_id`,
    [from, to],
  );
  await add(
    "location_partials",
    ["location_id"],
    ["count(*)", ...["user_id", "song_id"].map(MEMBERS)],
  );
}
