import { beforeEach, expect, test } from "vitest";

import { useDashboards } from "#tests/support/dashboards/use-dashboard-store.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const dashboards = useDashboards(database);

const PERIOD = {
  from: "2026-01-15T10:00:00Z",
  until: "2026-01-15T13:00:00Z",
  bucketMinutes: 60,
} as const;

beforeEach(() =>
  database.rows(`
    update window_frontiers set closed_until = '2026-01-15 12:00+00' where window_kind = 'hourly';
    insert into hourly_metrics (
      time_window, stream_count, unique_users, unique_songs, unique_artists, total_listen_time, avg_listen_time, skip_rate,
      like_rate
    ) values
      ('2026-01-15 09:00+00', 9, 9, 9, 9, 9, 9, 1, 1),
      ('2026-01-15 10:00+00', 100, 2, 30, 3, 19810, 198.1, 0.01, 0.33);
    insert into window_partials (window_kind, window_start, stream_count) values ('hourly', '2026-01-15 12:00+00', 5);
    insert into hourly_partials (time_window, total_listen_time, stream_count, skipped_count, liked_count, user_ids, song_ids, artist_ids)
    values
      ('2026-01-15 12:00+00', 50, 3, 3, 0, '{1,2}', '{1,2,3}', '{1}'),
      ('2026-01-15 12:00+00', 25, 2, 1, 1, '{2,3}', '{3}', '{1}')`),
);

test.for(["UTC", "Asia/Kolkata"])(
  "hours come in the order of time, distinct ones counted once, gaps and the running hour marked, in a session in %s",
  async (timeZone) => {
    expect(
      await dashboards.readCharts("hourly-trends", PERIOD, timeZone),
    ).toEqual({
      streams: [
        ["2026-01-15T10:00:00Z", 100],
        ["2026-01-15T11:00:00Z", 0],
        ["2026-01-15T12:00:00Z", 5, "provisional"],
      ],
      "unique-users-and-songs": [
        ["2026-01-15T10:00:00Z", 2, 30],
        ["2026-01-15T11:00:00Z", 0, 0],
        ["2026-01-15T12:00:00Z", 3, 3, "provisional"],
      ],
      rates: [
        ["2026-01-15T10:00:00Z", 0.01, 0.33],
        ["2026-01-15T11:00:00Z", null, null],
        ["2026-01-15T12:00:00Z", 0.8, 0.2, "provisional"],
      ],
      "listen-time": [
        ["2026-01-15T10:00:00Z", 198.1],
        ["2026-01-15T11:00:00Z", null],
        ["2026-01-15T12:00:00Z", 15, "provisional"],
      ],
    });
  },
);

test("an hour that is over and not published yet is provisional", async () => {
  await database.rows(
    "update window_frontiers set closed_until = '2026-01-15 13:00+00' where window_kind = 'hourly'",
  );

  const { streams } = await dashboards.readCharts("hourly-trends", PERIOD);

  expect(streams).toEqual([
    ["2026-01-15T10:00:00Z", 100],
    ["2026-01-15T11:00:00Z", 0],
    ["2026-01-15T12:00:00Z", 5, "provisional"],
  ]);
});
