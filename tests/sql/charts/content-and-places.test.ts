import { beforeEach, describe, expect, test } from "vitest";

import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

/** Two songs of one title by two artists of one name; a location of which nothing is known; open windows. */
const ROWS = `
  update songs set title = null, genre = null;
  update songs set title = 'Home', genre = 'Rock' where song_id in (1, 2);
  update artists set name = null;
  update artists set name = 'The Doubles' where artist_id in (1, 2);
  update devices set device_type = null, os = null;
  update devices set device_type = 'phone', os = 'iOS' where device_id = 1;
  update locations set country = null, region = null, city = null;
  update locations set country = 'DE', region = 'Hesse', city = 'Frankfurt' where location_id = 1;
  update locations set country = 'DE', region = 'Brandenburg', city = 'Frankfurt' where location_id = 2;
  update window_frontiers set closed_until = '2026-01-15 12:05+00' where window_kind = 'minutes';
  insert into content_performance_metrics (time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate)
  values
    ('2026-01-15 12:00+00', 1, 1, 3, 1.0/3, 2.0/3, 0),
    ('2026-01-15 12:00+00', 2, 2, 7, 1, 0, 1.0/7),
    ('2026-01-15 12:00+00', 3, 3, 1, 0, 0, 0);
  insert into device_metrics (time_window, device_id, stream_count, avg_listen_time, completion_rate) values
    ('2026-01-15 12:00+00', 1, 3, 100.0/3, 1.0/3), ('2026-01-15 12:00+00', 2, 8, 60, 1);
  insert into location_metrics (time_window, location_id, stream_count, unique_users, unique_songs) values
    ('2026-01-15 12:00+00', 1, 3, 1, 1), ('2026-01-15 12:00+00', 2, 7, 1, 1), ('2026-01-15 12:00+00', 3, 1, 1, 1);
  insert into window_publications (window_kind, window_start) values ('minutes', '2026-01-15 12:00+00');
  insert into window_partials (window_kind, window_start, stream_count) values ('minutes', '2026-01-15 12:05+00', 2);
  insert into content_performance_partials (
    time_window, song_ids, artist_ids, stream_counts, completed_counts, skipped_counts, liked_counts
  ) values
    ('2026-01-15 12:05+00', '{1}', '{1}', '{1}', '{1}', '{0}', '{1}'),
    ('2026-01-15 12:05+00', '{1}', '{1}', '{1}', '{0}', '{1}', '{0}');
  insert into device_partials (time_window, total_listen_time, device_id, stream_count, completed_count)
  values ('2026-01-15 12:05+00', 31, 1, 2, 1);
  insert into location_partials (time_window, location_id, stream_count, user_ids, song_ids)
  values ('2026-01-15 12:05+00', 1, 2, '{1}', '{1}')`;

beforeEach(() => database.rows(ROWS));

const AT = "to_char(time_window at time zone 'UTC', 'HH24:MI')";

describe("songs", () => {
  test("of one title and artists of one name stay apart, and what is unknown has a name", async () => {
    expect(
      await database.list(
        `select ${AT}, song_id, song, artist_id, artist, genre, stream_count, completed_count, skipped_count, liked_count, is_final
         from content_by_window order by 1, 2`,
      ),
    ).toEqual([
      ["12:00", 1, "Home", 1, "The Doubles", "Rock", 3, 1, 2, 0, true],
      ["12:00", 2, "Home", 2, "The Doubles", "Rock", 7, 7, 0, 1, true],
      ["12:00", 3, "song 3", 3, "artist 3", "unknown", 1, 0, 0, 0, true],
      ["12:05", 1, "Home", 1, "The Doubles", "Rock", 2, 1, 1, 1, false],
    ]);
  });

  test("are added up over the windows of their hour", async () => {
    expect(
      await database.list(
        `select ${AT}, song_id, stream_count, completed_count, skipped_count, liked_count, is_final
         from content_by_hour order by 2`,
      ),
    ).toEqual([
      ["12:00", 1, 5, 2, 3, 1, false],
      ["12:00", 2, 7, 7, 0, 1, false],
      ["12:00", 3, 1, 0, 0, 0, false],
    ]);
  });
});

test("devices have seconds and complete plays to be added up", async () => {
  expect(
    await database.list(
      `select ${AT}, device_id, device_type, os, stream_count, total_listen_time, completed_count, is_final
       from device_by_window order by 1, 2`,
    ),
  ).toEqual([
    ["12:00", 1, "phone", "iOS", 3, 100, 1, true],
    ["12:00", 2, "unknown", "unknown", 8, 480, 8, true],
    ["12:05", 1, "phone", "iOS", 2, 31, 1, false],
  ]);
});

test("cities of one name in one country stay two places", async () => {
  expect(
    await database.list(
      `select ${AT}, location_id, country, region, city, place, stream_count, is_final
       from location_by_window order by 1, 2`,
    ),
  ).toEqual([
    ["12:00", 1, "DE", "Hesse", "Frankfurt", "Frankfurt, DE", 3, true],
    ["12:00", 2, "DE", "Brandenburg", "Frankfurt", "Frankfurt, DE", 7, true],
    ["12:00", 3, "unknown", "unknown", "location 3", "location 3", 1, true],
    ["12:05", 1, "DE", "Hesse", "Frankfurt", "Frankfurt, DE", 2, false],
  ]);
});

test("plays by location are the facts", async () => {
  await database.rows(`
    insert into stream_events values
      ('00000000-0000-7000-8000-000000000001', '2026-01-15 12:01+00', 1, 2, 1, 1, 1, 1, 60, true, false, false, false, false)`);

  expect(
    await database.list(
      "select played_at::text, user_id, song_id, location_id, country, region, city, place from plays_by_location",
    ),
  ).toEqual([
    [
      "2026-01-15 12:01:00+00",
      1,
      2,
      1,
      "DE",
      "Hesse",
      "Frankfurt",
      "Frankfurt, DE",
    ],
  ]);
});
