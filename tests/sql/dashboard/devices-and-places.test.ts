import { describe, expect, test } from "vitest";

import { useDashboards } from "#tests/support/dashboards/use-dashboard-store.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const dashboards = useDashboards(database);

const QUARTER = {
  from: "2026-01-15T12:00:00Z",
  until: "2026-01-15T12:15:00Z",
  bucketMinutes: 5,
} as const;
const HOURS = {
  from: "2026-01-15T11:00:00Z",
  until: "2026-01-15T13:00:00Z",
  bucketMinutes: 60,
} as const;

/** The window at 12:00 is closed, the one at 12:05 has no plays, the one at 12:10 is open. */
const WINDOWS = `
  update window_frontiers set closed_until = '2026-01-15 12:10+00' where window_kind = 'minutes';
  insert into window_publications (window_kind, window_start) values ('minutes', '2026-01-15 12:00+00');
  insert into window_partials (window_kind, window_start, stream_count) values ('minutes', '2026-01-15 12:10+00', 2);`;

describe("devices", () => {
  const ROWS = `${WINDOWS}
    update devices set device_type = null, os = null;
    update devices set device_type = 'phone', os = 'iOS' where device_id = 1;
    update devices set device_type = 'phone', os = 'Android' where device_id = 2;
    update devices set device_type = 'desktop', os = 'Windows' where device_id = 3;
    insert into device_metrics (time_window, device_id, stream_count, avg_listen_time, completion_rate) values
      ('2026-01-15 12:00+00', 1, 3, 100.0/3, 1.0/3),
      ('2026-01-15 12:00+00', 2, 1, 200, 1),
      ('2026-01-15 12:00+00', 3, 5, 10, 0.4);
    insert into device_partials (time_window, total_listen_time, device_id, stream_count, completed_count)
    values ('2026-01-15 12:10+00', 30, 1, 1, 1), ('2026-01-15 12:10+00', 1, 1, 1, 0)`;

  test("have every chart, averages and rates from sums", async () => {
    await database.rows(ROWS);

    expect(await dashboards.readCharts("devices", QUARTER)).toEqual({
      "streams-by-type": [
        ["phone", 6],
        ["desktop", 5],
      ],
      "listen-time-by-type": [
        ["phone", 331 / 6],
        ["desktop", 10],
      ],
      "completion-by-os": [
        ["Windows", 0.4],
        ["iOS", 0.4],
        ["Android", 1],
      ],
      "completion-by-type": [
        ["phone", 0.5],
        ["desktop", 0.4],
      ],
      usage: [
        ["2026-01-15T12:00:00Z", "phone", 4],
        ["2026-01-15T12:00:00Z", "desktop", 5],
        ["2026-01-15T12:05:00Z", "phone", 0],
        ["2026-01-15T12:05:00Z", "desktop", 0],
        ["2026-01-15T12:10:00Z", "phone", 2, "provisional"],
        ["2026-01-15T12:10:00Z", "desktop", 0, "provisional"],
      ],
      "listen-time-by-type-and-os": [
        ["phone", "Windows", null],
        ["phone", "iOS", 26.2],
        ["phone", "Android", 200],
        ["desktop", "Windows", 10],
        ["desktop", "iOS", null],
        ["desktop", "Android", null],
      ],
    });
  });

  test("are added up over the windows of an hour, wherever the session is", async () => {
    await database.rows(ROWS);

    const { usage } = await dashboards.readCharts(
      "devices",
      HOURS,
      "Asia/Kolkata",
    );

    expect(usage).toEqual([
      ["2026-01-15T11:00:00Z", "phone", 0],
      ["2026-01-15T11:00:00Z", "desktop", 0],
      ["2026-01-15T12:00:00Z", "phone", 6, "provisional"],
      ["2026-01-15T12:00:00Z", "desktop", 5, "provisional"],
    ]);
  });

  test("of which none was used have empty charts", async () => {
    expect(await dashboards.readCharts("devices", QUARTER)).toEqual({
      "streams-by-type": [],
      "listen-time-by-type": [],
      "completion-by-os": [],
      "completion-by-type": [],
      usage: [],
      "listen-time-by-type-and-os": [],
    });
  });
});

const setBits = (...places: readonly number[]) =>
  places.reduce(
    (bits, place) => `set_bit(${bits}, ${place}, 1)`,
    "repeat('0', 2048)::bit(2048)",
  );

describe("places", () => {
  /** Two cities of one name in two regions of a country; a region of one name in two countries; one that is not known. */
  const ROWS = `${WINDOWS}
    update locations set country = null, region = null, city = null;
    update locations set country = 'DE', region = 'Hesse', city = 'Frankfurt' where location_id = 1;
    update locations set country = 'DE', region = 'Brandenburg', city = 'Frankfurt' where location_id = 2;
    update locations set country = 'US', region = 'Hesse', city = 'Hessen' where location_id = 4;
    insert into window_publications (window_kind, window_start)
    values ('minutes', '2026-01-15 12:05+00'), ('minutes', '2026-01-15 11:55+00');
    insert into location_metrics (time_window, location_id, stream_count, unique_users, unique_songs) values
      ('2026-01-15 12:00+00', 1, 3, 2, 1), ('2026-01-15 12:00+00', 2, 7, 2, 1), ('2026-01-15 12:00+00', 3, 1, 1, 1),
      ('2026-01-15 12:00+00', 4, 2, 1, 1), ('2026-01-15 12:05+00', 1, 4, 1, 1);
    insert into location_listeners values
      ('2026-01-15 12:00+00', 1, 0, ${setBits(1, 2)}),
      ('2026-01-15 12:00+00', 2, 0, ${setBits(2)}),
      ('2026-01-15 12:00+00', 2, 1, ${setBits(1)}),
      ('2026-01-15 12:00+00', 3, 0, ${setBits(1)}),
      ('2026-01-15 12:00+00', 4, 0, ${setBits(2047)}),
      ('2026-01-15 12:05+00', 1, 0, ${setBits(1)}),
      ('2026-01-15 11:55+00', 1, 0, ${setBits(7)});
    insert into location_partials (time_window, location_id, stream_count, user_ids, song_ids)
    values ('2026-01-15 12:10+00', 1, 1, '{1}', '{1}'), ('2026-01-15 12:10+00', 1, 1, '{3000}', '{1}')`;

  test("have every chart; users are counted once in the period, and names tell nobody apart", async () => {
    await database.rows(ROWS);

    expect(await dashboards.readCharts("geographic", QUARTER)).toEqual({
      "streams-by-country": [
        ["DE", 16],
        ["US", 2],
        ["unknown", 1],
      ],
      map: [
        ["DE", 16],
        ["US", 2],
        ["unknown", 1],
      ],
      // 1, 2 and 3000 in Hesse, although its windows have 2, 1 and 2.
      "unique-users-by-region": [
        ["Hesse, DE", 3],
        ["Brandenburg, DE", 2],
        ["Hesse, US", 1],
        ["unknown, unknown", 1],
      ],
      "unique-users-by-country": [
        ["DE", 4],
        ["US", 1],
        ["unknown", 1],
      ],
      "top-cities": [
        ["2026-01-15T12:00:00Z", "Frankfurt, DE (1)", 3],
        ["2026-01-15T12:00:00Z", "Frankfurt, DE (2)", 7],
        ["2026-01-15T12:00:00Z", "Hessen, US", 2],
        ["2026-01-15T12:00:00Z", "location 3", 1],
        ["2026-01-15T12:05:00Z", "Frankfurt, DE (1)", 4],
        ["2026-01-15T12:05:00Z", "Frankfurt, DE (2)", 0],
        ["2026-01-15T12:05:00Z", "Hessen, US", 0],
        ["2026-01-15T12:05:00Z", "location 3", 0],
        ["2026-01-15T12:10:00Z", "Frankfurt, DE (1)", 2, "provisional"],
        ["2026-01-15T12:10:00Z", "Frankfurt, DE (2)", 0, "provisional"],
        ["2026-01-15T12:10:00Z", "Hessen, US", 0, "provisional"],
        ["2026-01-15T12:10:00Z", "location 3", 0, "provisional"],
      ],
      "streams-by-region": [
        ["Hesse, DE", 9],
        ["Brandenburg, DE", 7],
        ["Hesse, US", 2],
        ["unknown, unknown", 1],
      ],
    });
  });

  test("count who listened in two windows of an hour once, wherever the session is", async () => {
    await database.rows(ROWS);

    const charts = await dashboards.readCharts(
      "geographic",
      HOURS,
      "America/St_Johns",
    );

    // User 7 listened before twelve.
    expect(charts["unique-users-by-country"]?.[0]).toEqual(["DE", 5]);
    expect(charts["top-cities"]?.slice(0, 5)).toEqual([
      ["2026-01-15T11:00:00Z", "Frankfurt, DE (1)", 0],
      ["2026-01-15T11:00:00Z", "Frankfurt, DE (2)", 0],
      ["2026-01-15T11:00:00Z", "Hessen, US", 0],
      ["2026-01-15T11:00:00Z", "location 3", 0],
      ["2026-01-15T12:00:00Z", "Frankfurt, DE (1)", 9, "provisional"],
    ]);
  });

  test("have their cities in the order of their streams in every bucket, whatever their ids", async () => {
    await database.rows(`${WINDOWS}
      update locations set country = chr(64 + location_id), region = 'R', city = 'C';
      insert into location_metrics (time_window, location_id, stream_count, unique_users, unique_songs)
      select '2026-01-15 12:00+00', id, 10 * id, 1, 1 from generate_series(1, 5) id;
      analyze`);

    const charts = await dashboards.readCharts("geographic", QUARTER);

    expect(charts["top-cities"]?.slice(0, 5).map(([, city]) => city)).toEqual([
      "C, E",
      "C, D",
      "C, C",
      "C, B",
      "C, A",
    ]);
  });

  test("of which there are many are the fifteen and the five largest, and all on the map", async () => {
    await database.rows(`${WINDOWS}
      insert into locations (location_id, country, region, city, version_at, version_partition, version_offset)
      select id, 'x', null, null, now(), 0, id from generate_series(6, 20) id;
      update locations set country = chr(64 + location_id), region = 'R', city = 'C';
      insert into location_metrics (time_window, location_id, stream_count, unique_users, unique_songs)
      select '2026-01-15 12:00+00', id, 100 - id, 1, 1 from generate_series(1, 20) id;
      insert into location_listeners
      select '2026-01-15 12:00+00', id, 0, ${setBits(1)} from generate_series(1, 20) id`);

    const charts = await dashboards.readCharts("geographic", QUARTER);
    await database.rows("delete from locations where location_id > 5");

    expect(charts["streams-by-country"]).toHaveLength(15);
    expect(charts["streams-by-country"]?.[14]).toEqual(["O", 85]);
    expect(charts["unique-users-by-region"]).toHaveLength(15);
    expect(charts["map"]).toHaveLength(20);
    expect(new Set(charts["top-cities"]?.map(([, city]) => city))).toEqual(
      new Set(["C, A", "C, B", "C, C", "C, D", "C, E"]),
    );
  });
});
