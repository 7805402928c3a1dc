import { beforeEach, describe, expect, test } from "vitest";

import { useDashboards } from "#tests/support/dashboards/use-dashboard-store.ts";
import { sumAllSegments } from "#tests/support/rows/sum-segments.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const dashboards = useDashboards(database);

const BITS = "repeat('0', 2048)::bit(2048)";
/**
 * One user with 1 play, skipped, and one with 99 plays, none skipped, both `free`; a window without plays; an open one with
 * the first user again and a `premium` one, of two micro-batches; an hour of the day before that is added up.
 */
const ROWS = `
  update users set subscription_type = null, age = null;
  update users set subscription_type = 'free', age = 17 where user_id = 1;
  update users set subscription_type = 'free', age = 18 where user_id = 2;
  update users set subscription_type = 'premium', age = 65 where user_id = 3;
  update window_frontiers set closed_until = '2026-01-15 12:10+00' where window_kind = 'minutes';
  insert into user_engagement_metrics (
    time_window, user_id, stream_count, total_listen_time, avg_listen_time, skip_rate, like_rate, share_rate, playlist_add_rate
  ) values
    ('2026-01-15 12:00+00', 1, 1, 10, 10, 1, 0, 0, 0),
    ('2026-01-15 12:00+00', 2, 99, 19800, 200, 0, 33.0/99, 0, 0),
    ('2026-01-14 11:00+00', 2, 4, 40, 10, 0.25, 0.5, 0, 0);
  insert into location_listeners values
    ('2026-01-15 12:00+00', 1, 0, set_bit(set_bit(${BITS}, 1, 1), 2, 1)),
    ('2026-01-15 12:00+00', 2, 0, set_bit(${BITS}, 2, 1)),
    ('2026-01-15 11:55+00', 1, 0, set_bit(${BITS}, 4, 1));
  insert into window_publications (window_kind, window_start)
  values ('minutes', '2026-01-15 12:00+00'), ('minutes', '2026-01-14 11:00+00');
  insert into window_partials (window_kind, window_start, stream_count) values ('minutes', '2026-01-15 12:10+00', 5);
  insert into user_engagement_partials (
    time_window, user_ids, stream_counts, total_listen_times, skipped_counts, liked_counts, shared_counts, added_to_playlist_counts
  ) values
    ('2026-01-15 12:10+00', '{1,3}', '{1,3}', '{15,90}', '{1,0}', '{0,3}', '{0,0}', '{0,0}'),
    ('2026-01-15 12:10+00', '{1}', '{1}', '{5}', '{0}', '{0}', '{0}', '{0}');
  insert into location_partials (time_window, location_id, stream_count, user_ids, song_ids)
  values ('2026-01-15 12:10+00', 1, 4, '{1,3}', '{1}'), ('2026-01-15 12:10+00', 1, 1, '{1}', '{1}');
  update hour_rollups set rolled_until = '2026-01-14 12:00+00' where time_window = '2026-01-14 11:00+00';
  insert into location_listener_hours values ('2026-01-14 11:00+00', 1, 0, set_bit(${BITS}, 2, 1))`;

const QUARTER = {
  from: "2026-01-15T12:00:00Z",
  until: "2026-01-15T12:15:00Z",
  bucketMinutes: 5,
} as const;

beforeEach(async () => {
  await database.rows(ROWS);
  await sumAllSegments(database);
});

describe("user engagement in windows", () => {
  test("has every chart, rates from sums, users counted once, gaps and what is open", async () => {
    expect(await dashboards.readCharts("user-engagement", QUARTER)).toEqual({
      "active-users": [
        ["2026-01-15T12:00:00Z", 2],
        ["2026-01-15T12:05:00Z", 0],
        ["2026-01-15T12:10:00Z", 2, "provisional"],
      ],
      "skip-rate": [
        ["2026-01-15T12:00:00Z", 0.01],
        ["2026-01-15T12:05:00Z", null],
        ["2026-01-15T12:10:00Z", 0.2, "provisional"],
      ],
      "listen-time-by-subscription": [
        ["free", 19830 / 102],
        ["premium", 30],
      ],
      // Two users, of whom one listened in two windows and the other one at two places.
      "streams-per-user": [
        ["free", 51],
        ["premium", 3],
      ],
      "skip-rate-by-age": [
        ["under 18", 2 / 3],
        ["18-24", 0],
        ["65 and over", 0],
      ],
      "like-rate-by-subscription": [
        ["free", 33 / 102],
        ["premium", 1],
      ],
      "heat-map": [
        ["12:00", "free", 102, "provisional"],
        ["12:00", "premium", 3, "provisional"],
      ],
      "streams-by-hour-of-day": [["12:00", 105, "provisional"]],
    });
  });

  test("has empty charts where nobody listened, but for the time that went by", async () => {
    expect(
      await dashboards.readCharts("user-engagement", {
        from: "2026-01-15T12:05:00Z",
        until: "2026-01-15T12:10:00Z",
        bucketMinutes: 5,
      }),
    ).toEqual({
      "active-users": [["2026-01-15T12:05:00Z", 0]],
      "skip-rate": [["2026-01-15T12:05:00Z", null]],
      "listen-time-by-subscription": [],
      "streams-per-user": [],
      "skip-rate-by-age": [],
      "like-rate-by-subscription": [],
      "heat-map": [],
      "streams-by-hour-of-day": [["12:00", 0]],
    });
  });
});

describe("user engagement in hours", () => {
  const DAY = {
    from: "2026-01-14T11:00:00Z",
    until: "2026-01-15T13:00:00Z",
    bucketMinutes: 60,
  } as const;

  test("counts who listened in two windows of an hour once", async () => {
    const { "active-users": active = [], "skip-rate": skipped = [] } =
      await dashboards.readCharts("user-engagement", DAY);

    expect(active).toHaveLength(26);
    expect([active[0], active[1], active[25]]).toEqual([
      ["2026-01-14T11:00:00Z", 1],
      ["2026-01-14T12:00:00Z", 0],
      ["2026-01-15T12:00:00Z", 3, "provisional"],
    ]);
    expect([skipped[0], skipped[1], skipped[25]]).toEqual([
      ["2026-01-14T11:00:00Z", 0.25],
      ["2026-01-14T12:00:00Z", null],
      ["2026-01-15T12:00:00Z", 2 / 105, "provisional"],
    ]);
  });

  test("counts the users of the whole period once, those of hours with sums and of hours without", async () => {
    const charts = await dashboards.readCharts("user-engagement", DAY);

    // Users 1 and 2, the latter on both days: 1 + 99 + 2 plays, and 4.
    expect(charts["streams-per-user"]).toEqual([
      ["free", 53],
      ["premium", 3],
    ]);
  });

  test("divides an hour of day by the days on which it was", async () => {
    const { "streams-by-hour-of-day": hours = [], "heat-map": cells = [] } =
      await dashboards.readCharts("user-engagement", DAY);

    expect(hours).toHaveLength(24);
    expect(hours.slice(10, 14)).toEqual([
      ["10:00", 0],
      ["11:00", 2],
      ["12:00", 52.5, "provisional"],
      ["13:00", 0],
    ]);
    expect(cells).toHaveLength(48);
    expect(cells).toContainEqual(["11:00", "free", 4]);
    expect(cells).toContainEqual(["11:00", "premium", 0]);
  });
});

test.for(["Asia/Kolkata", "America/St_Johns", "Pacific/Apia"])(
  "a session in %s has the same charts in UTC",
  async (timeZone) => {
    for (const period of [
      QUARTER,
      {
        // The clocks of St John's go forward within it.
        from: "2026-03-07T12:00:00Z",
        until: "2026-03-08T12:00:00Z",
        bucketMinutes: 60,
      },
    ]) {
      expect(
        await dashboards.readCharts("user-engagement", period, timeZone),
      ).toEqual(await dashboards.readCharts("user-engagement", period));
    }
  },
);

test("windows of an hour and a half are read as windows, although they begin within an hour", async () => {
  await database.rows(`
    insert into user_engagement_metrics (
      time_window, user_id, stream_count, total_listen_time, avg_listen_time, skip_rate, like_rate, share_rate, playlist_add_rate
    ) values ('2026-01-15 13:30+00', 3, 2, 10, 5, 0.5, 0, 0, 0);
    insert into location_listeners values ('2026-01-15 13:30+00', 1, 0, set_bit(${BITS}, 3, 1));
    insert into window_publications (window_kind, window_start) values ('minutes', '2026-01-15 13:30+00');
    update window_frontiers set window_size = '90 minutes', closed_until = '2026-01-15 15:00+00' where window_kind = 'minutes'`);
  await sumAllSegments(database);

  const charts = await dashboards.readCharts("user-engagement", {
    from: "2026-01-15T13:30:00Z",
    until: "2026-01-15T15:00:00Z",
    bucketMinutes: 90,
  });
  await database.rows(
    "update window_frontiers set window_size = '5 minutes' where window_kind = 'minutes'",
  );

  expect(charts["active-users"]).toEqual([["2026-01-15T13:30:00Z", 1]]);
  expect(charts["streams-per-user"]).toEqual([["premium", 2]]);
});
