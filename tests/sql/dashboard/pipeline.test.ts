import { expect, test } from "vitest";

import { useDashboards } from "#tests/support/dashboards/use-dashboard-store.ts";
import { insertLetters } from "#tests/support/rows/insert-letters.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const dashboards = useDashboards(database);

const QUARTER = {
  from: "2026-01-15T12:00:00Z",
  until: "2026-01-15T12:15:00Z",
  bucketMinutes: 5,
} as const;

test("the pipeline has its plays per bucket, letters, late plays and revisions", async () => {
  await database.rows(`
    update window_frontiers set closed_until = '2026-01-15 12:10+00' where window_kind = 'minutes';
    insert into window_publications (window_kind, window_start, revision, revised_at) values
      ('minutes', '2026-01-15 12:00+00', 2, '2026-01-15 12:20:00.5+00'),
      ('minutes', '2026-01-15 12:05+00', 0, '2026-01-15 12:30+00'),
      ('hourly', '2026-01-15 11:00+00', 1, '2026-01-15 12:21+00');
    insert into window_partials (window_kind, window_start, stream_count) values ('minutes', '2026-01-15 12:10+00', 2);
    insert into device_metrics (time_window, device_id, stream_count, avg_listen_time, completion_rate) values
      ('2026-01-15 12:00+00', 1, 3, 1, 1), ('2026-01-15 12:00+00', 2, 4, 1, 1), ('2026-01-15 11:55+00', 1, 9, 1, 1);
    insert into device_partials (time_window, total_listen_time, device_id, stream_count, completed_count)
    values ('2026-01-15 12:10+00', 30, 1, 2, 1);
    insert into late_play_counts (
      window_kind, window_start, topic, partition, late_count, least_lateness, greatest_lateness, total_lateness
    ) values
      ('minutes', '2026-01-15 12:00+00', 'stream-events', 0, 2, '10 s', '70.9 s', '80 s'),
      ('minutes', '2026-01-15 12:00+00', 'stream-events', 1, 1, '5 s', '5 s', '5 s'),
      ('hourly', '2026-01-15 11:00+00', 'stream-events', 1, 1, '1 s', '1 s', '1 s')`);
  await insertLetters(database.owner, [
    {
      offset: 7,
      reason: "malformed_json",
      firstSeenAt: "2026-01-15T12:01:00Z",
    },
    { offset: 8, reason: "malformed_json", state: "buried" },
    {
      offset: 9,
      topic: "users",
      partition: 2,
      reason: "invalid_schema",
      detail: "x".repeat(300),
      firstSeenAt: "2026-01-15T12:02:00.25Z",
      state: "redriven",
    },
  ]);

  const charts = await dashboards.readCharts(
    "pipeline",
    QUARTER,
    "Asia/Kolkata",
  );

  expect(charts).toEqual({
    state: [],
    lag: [],
    throughput: [
      ["2026-01-15T12:00:00Z", 7],
      ["2026-01-15T12:05:00Z", 0],
      ["2026-01-15T12:10:00Z", 2, "provisional"],
    ],
    "dead-letters": [
      ["malformed_json", "stream-events", 1, 0, 0, 1],
      ["invalid_schema", "users", 0, 1, 0, 0],
    ],
    "newest-letters": [
      [
        "2026-01-15T12:02:00.250Z",
        "invalid_schema",
        "users-2-9",
        "redriven",
        "x".repeat(200),
      ],
      [
        "2026-01-15T14:00:00.123Z",
        "malformed_json",
        "stream-events-0-8",
        "buried",
        "expected JSON, found something else (1 bytes)",
      ],
      [
        "2026-01-15T12:01:00.000Z",
        "malformed_json",
        "stream-events-0-7",
        "waiting",
        "expected JSON, found something else (1 bytes)",
      ],
    ],
    "late-windows": [
      ["2026-01-15T12:00:00Z", "minutes", 3, 70],
      ["2026-01-15T11:00:00Z", "hourly", 1, 1],
    ],
    revisions: [
      ["2026-01-15T12:21:00.000Z", "2026-01-15T11:00:00Z", "hourly", 1],
      ["2026-01-15T12:20:00.500Z", "2026-01-15T12:00:00Z", "minutes", 2],
    ],
  });
});

test("of letters, late plays and revisions the ten newest are shown", async () => {
  await insertLetters(
    database.owner,
    Array.from({ length: 12 }, (_, index) => ({ offset: index })),
  );
  await database.rows(`
    insert into window_publications (window_kind, window_start, revision)
    select 'minutes', timestamptz '2026-01-15 12:00+00' + n * interval '5 min', 1 from generate_series(1, 12) n;
    insert into late_play_counts (
      window_kind, window_start, topic, partition, late_count, least_lateness, greatest_lateness, total_lateness
    )
    select 'minutes', window_start, 'stream-events', 0, 1, '1 s', '1 s', '1 s' from window_publications`);

  const charts = await dashboards.readCharts("pipeline", QUARTER);

  for (const id of ["newest-letters", "late-windows", "revisions"])
    expect(charts[id]).toHaveLength(10);
  expect(charts["newest-letters"]?.[0]?.[2]).toBe("stream-events-0-11");
  expect(charts["late-windows"]?.[0]?.[0]).toBe("2026-01-15T13:00:00Z");
});

test("what a letter waits for is shown, but nobody's number", async () => {
  await insertLetters(database.owner, [
    {
      state: "waiting",
      detail: "expected these to exist: users 41, songs 7, users 42",
    },
  ]);

  const charts = await dashboards.readCharts("pipeline", QUARTER);

  expect(charts["newest-letters"]?.[0]?.at(-1)).toBe(
    "expected these to exist: a user, songs 7, a user",
  );
});

test("the pipeline says what became of the plays, where windows are, and what waits", async () => {
  await database.rows(`
    insert into partition_ledger (topic, partition) values ('stream-events', 0), ('stream-events', 1), ('users', 0)
    on conflict do nothing;
    update partition_ledger set accepted_count = 3, duplicate_count = 2, late_count = 1, rejected_counts = '{"malformed_json": 4}'
    where topic = 'stream-events' and partition = 0;
    update partition_ledger set accepted_count = 10, rejected_counts = '{"malformed_json": 1, "invalid_schema": 1}'
    where topic = 'stream-events' and partition = 1;
    update partition_ledger set accepted_count = 100, rejected_counts = '{"malformed_json": 50}' where topic = 'users';
    insert into window_partials (window_kind, window_start, stream_count) values ('minutes', '2026-01-15 12:10+00', 2)`);
  await insertLetters(database.owner, [{ state: "waiting" }]);

  const { outcomes, windows, letters } = await dashboards.open().readPipeline();

  expect(outcomes).toEqual({
    accepted: 13,
    duplicate: 2,
    late: 1,
    rejected: 6,
  });
  expect(windows.windows).toMatchObject([
    { kind: "minutes", openCount: 1, dueCount: 0, markedCount: 0 },
    { kind: "hourly", openCount: 0, dueCount: 0, markedCount: 0 },
  ]);
  expect(letters).toMatchObject({ waiting: 1, buried: 0 });
});
