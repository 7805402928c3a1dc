import { beforeAll, describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import {
  explainStatement,
  findScans,
  type PlanNode,
} from "#tests/support/rows/explain.ts";
import { sumAllSegments } from "#tests/support/rows/sum-segments.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase({ isKept: true });
/** Ten days of windows, and a period of the last one. */
const WINDOWS = 10 * 288;
const HOUR = [
  "timestamptz '2026-01-20 12:00+00'",
  "timestamptz '2026-01-20 13:00+00'",
  "interval '5 minutes'",
];
const DAY = [
  "timestamptz '2026-01-20 00:00+00'",
  "timestamptz '2026-01-21 00:00+00'",
  "interval '1 hour'",
];

beforeAll(async () => {
  await database.rows(`
    update window_frontiers set closed_until = '2026-01-21 00:00+00';
    create temporary table windows as
    select timestamptz '2026-01-21 00:00+00' - n * interval '5 minutes' as time_window from generate_series(1, ${WINDOWS}) n;
    insert into window_publications (window_kind, window_start) select 'minutes', time_window from windows;
    insert into user_engagement_metrics
    select time_window, id, 1, 1, 1, 0, 0, 0, 0 from windows cross join generate_series(1, 10) id;
    insert into content_performance_metrics select time_window, id, 1, 1, 0, 0, 0 from windows cross join generate_series(1, 10) id;
    insert into device_metrics select time_window, id, 1, 1, 0 from windows cross join generate_series(1, 5) id;
    insert into location_metrics select time_window, id, 1, 1, 1 from windows cross join generate_series(1, 5) id;
    insert into location_listeners
    select time_window, id, 0, set_bit(repeat('0', 2048)::bit(2048), 1, 1) from windows cross join generate_series(1, 5) id;
    update hour_rollups set rolled_until = time_window + interval '1 hour', is_due = false;
    insert into location_listener_hours
    select time_window, id, 0, set_bit(repeat('0', 2048)::bit(2048), 1, 1) from hour_rollups cross join generate_series(1, 5) id;
    insert into content_performance_hours
    select time_window, id, 1, 12, 0, 0, 0 from hour_rollups cross join generate_series(1, 10) id;
    insert into hourly_metrics (time_window, stream_count, unique_users, unique_songs, unique_artists, total_listen_time,
      avg_listen_time, skip_rate, like_rate)
    select time_window, 120, 10, 10, 1, 120, 1, 0, 0 from hour_rollups`);
  await sumAllSegments(database);
  await database.rows(`
    update users set age = 99 where user_id <= 10;
    analyze`);
});

async function explain(
  dashboard: string,
  period: readonly string[],
): Promise<PlanNode[]> {
  const reader = await database.connect("reader");
  await reader.query("begin");
  return explainStatement(
    reader,
    loadStatement(`queries/dashboard/${dashboard}/read_charts`),
    period,
    "force_custom_plan",
  );
}

describe("an hour is read by its windows alone:", () => {
  test.for([
    ["user-engagement", "user_engagement_segments"],
    // Users who have moved to another segment, one by one.
    ["user-engagement", "user_engagement_metrics"],
    ["user-engagement", "location_listeners"],
    ["content-performance", "content_performance_metrics"],
    ["geographic", "location_metrics"],
    ["geographic", "location_listeners"],
    ["devices", "device_metrics"],
    ["pipeline", "device_metrics"],
  ] as const)("%s from %s", async ([dashboard, table]) => {
    const scans = findScans(await explain(dashboard, HOUR), table);

    expect(scans).not.toEqual([]);
    for (const scan of scans) expect(scan).toContain(` on ${table}_pkey`);
  });

  test.for([
    ["user-engagement", "location_listener_hours"],
    ["content-performance", "content_performance_hours"],
  ] as const)("%s not from %s", async ([dashboard, table]) => {
    expect(findScans(await explain(dashboard, HOUR), table)).toEqual([]);
  });
});

test("which versions sums have is asked of an index, however many windows there are", async () => {
  for (const period of [HOUR, DAY]) {
    const scans = findScans(
      await explain("user-engagement", period),
      "user_engagement_segment_versions",
    );

    expect(scans).not.toEqual([]);
    for (const scan of scans)
      expect(scan).toContain(" on user_engagement_segment_versions_");
  }
});

describe("a day is read by what is added up:", () => {
  test.for([
    ["user-engagement", "user_engagement_segments"],
    ["user-engagement", "location_listener_hours"],
    ["content-performance", "content_performance_hours"],
    ["geographic", "location_listener_hours"],
  ] as const)("%s from %s", async ([dashboard, table]) => {
    const scans = findScans(await explain(dashboard, DAY), table);

    expect(scans).not.toEqual([]);
    for (const scan of scans) expect(scan).toContain(` on ${table}_pkey`);
  });
});

test("no dashboard reads the facts, or anybody's name", async () => {
  for (const dashboard of [
    "pipeline",
    "user-engagement",
    "content-performance",
    "geographic",
    "devices",
    "hourly-trends",
  ]) {
    for (const period of [HOUR, DAY]) {
      const nodes = await explain(dashboard, period);

      expect(findScans(nodes, "stream_events")).toEqual([]);
    }
    expect(
      loadStatement(`queries/dashboard/${dashboard}/read_charts`).text,
    ).not.toMatch(/username|gender|registration/);
  }
});
