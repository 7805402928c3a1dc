import { beforeEach, describe, expect, test } from "vitest";

import {
  rebuild,
  type RebuildOptions,
  type RebuildResult,
} from "#compose/rebuild/rebuild.ts";
import { loadStatement } from "#shared/sql.ts";
import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { allCount, countStreams } from "#tests/support/races/count-streams.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { playPart, type Part } from "#tests/support/races/play-part.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import { METRICS, selectMetric } from "#tests/support/rows/metric-tables.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";
import { runToEnd } from "../cli/spawn-command.ts";

const database = useDatabase();
const stores = useStores(database);
const FROM = "2026-01-15T12:00:00Z";
const TO = "2026-01-15T13:00:00Z";
const FIRST_WINDOW = ["minutes", FROM] as const;

/** Three windows of one hour; user 2 and device 2 are in the first one only. */
beforeEach(async () => {
  await applyPlays(stores.openWarehouse(), [
    { id: 1, at: "2026-01-15T12:00:00Z" },
    { id: 2, at: "2026-01-15T12:04:59.999999Z", userId: 2, deviceId: 2 },
    { id: 3, at: "2026-01-15T12:05:00Z" },
    { id: 4, at: "2026-01-15T12:10:00Z", songId: 2, isSkipped: true },
  ]);
  await closeAndPublish();
});

describe("what is kept beside the metric rows", () => {
  test("is put right too: who listened, the sums by segment, and those of the hour, which are made anew", async () => {
    const store = stores.openWindowStore();
    await database.rows(
      "update window_frontiers set closed_until = '2026-01-15 13:00:00+00'",
    );
    await store.rollUpHour(new Date(FROM));
    await database.rows(
      "update location_listeners set listeners = set_bit(listeners, 9, 1); update content_performance_hours set stream_count = 9; update user_engagement_segments set stream_count = 9",
    );

    const { differing } = await rebuildNow();
    await store.rollUpHour(new Date(FROM));

    // No metric row tells of it.
    expect(differing).toEqual([]);
    for (const check of [
      "location_listeners_match_facts",
      "hour_rollups_match_windows",
      "segment_sums_match_windows",
    ])
      expect(
        await database.run(loadStatement(`validation/checks/${check}`)),
      ).toEqual([]);
  });
});

describe("metric rows that were altered by hand", () => {
  test.each([
    {
      fault: "a row with another value is rewritten, one revision up",
      plant:
        "update user_engagement_metrics set stream_count = 9 where user_id = 2",
      table: "user_engagement_metrics",
      counts: { checked: 4, differing: 1, added: 0, removed: 0 },
    },
    {
      fault: "a row that is gone comes back",
      plant: "delete from device_metrics where device_id = 2",
      table: "device_metrics",
      counts: { checked: 4, differing: 0, added: 1, removed: 0 },
    },
    {
      fault: "a row that no play stands behind goes",
      plant: `insert into location_metrics values ('${FROM}', 7, 1, 1, 1)`,
      table: "location_metrics",
      counts: { checked: 4, differing: 0, added: 0, removed: 1 },
    },
    {
      fault: "a row under another key is two faults",
      plant: `update content_performance_metrics set song_id = 9 where time_window = '${FROM}'`,
      table: "content_performance_metrics",
      counts: { checked: 4, differing: 0, added: 1, removed: 1 },
    },
    {
      fault: "an hour is put right as well",
      plant: "update hourly_metrics set unique_users = 1",
      table: "hourly_metrics",
      counts: { checked: 1, differing: 1, added: 0, removed: 0 },
    },
  ])("$fault, and is reported", async ({ plant, table, counts }) => {
    const published = await readMetrics();
    await database.rows(plant);

    const result = await rebuildNow();

    expect(await readMetrics()).toEqual(published);
    expect(listFaults(result)).toEqual([{ table, ...counts }]);
    expect(result.differing).toHaveLength(1);
    expect(result.windowCount).toBe(4);
    // And once more there is nothing to do.
    expect(listFaults(await rebuildNow())).toEqual([]);
  });

  test("a window whose rows are all gone, with its publication, comes back", async () => {
    const published = await readMetrics();
    for (const metric of METRICS)
      await database.rows(`delete from ${metric}_metrics`);
    await database.rows("delete from window_publications");

    await rebuildNow();

    expect(await readMetrics()).toEqual(published);
    expect(
      await database.list("select count(*) from window_publications"),
    ).toEqual([[4]]);
  });

  test("rows of a window without any play go", async () => {
    const published = await readMetrics();
    await database.rows(
      "insert into device_metrics values ('2026-01-15T11:30:00Z', 1, 1, 1, 0)",
    );

    const result = await rebuildNow({ from: "2026-01-15T11:00:00Z" });

    expect(await readMetrics()).toEqual(published);
    expect(result.differing.map(({ start }) => start.toISOString())).toEqual([
      "2026-01-15T11:30:00.000Z",
    ]);
  });

  test("are only reported by a dry run", async () => {
    await database.rows("delete from device_metrics");
    await database.rows("update hourly_metrics set stream_count = 99");
    const before = await readEverything();

    const result = await rebuildNow({ isDryRun: true });

    expect(listFaults(result).map(({ table }) => table)).toEqual([
      "device_metrics",
      "hourly_metrics",
    ]);
    expect(await readEverything()).toEqual(before);
  });
});

test("a window in which nothing is wrong keeps revision and updated_at, that of a faulty neighbour goes up by one", async () => {
  const before = await readEverything();
  await database.rows(
    `update device_metrics set stream_count = 9 where time_window = '2026-01-15T12:05:00Z'`,
  );

  await rebuildNow();

  const others = before.filter((row) => !row.includes("12:05:00"));
  expect(others.length).toBeGreaterThan(10);
  expect(await readEverything()).toEqual(expect.arrayContaining(others));
  expect(
    await database.list(
      `select 'row', revision from device_metrics where time_window = '2026-01-15T12:05:00Z'
       union all select 'window', revision from window_publications
       where window_kind = 'minutes' and window_start = '2026-01-15T12:05:00Z' order by 1`,
    ),
  ).toEqual([
    ["row", 1],
    ["window", 1],
  ]);
});

describe("which windows", () => {
  test("those that overlap the span, as a whole: no other is touched", async () => {
    await database.rows("update device_metrics set stream_count = 9");

    const result = await rebuildNow({
      from: "2026-01-15T12:07:00Z",
      to: "2026-01-15T12:10:00Z",
    });

    expect(result.differing).toEqual([
      {
        kind: "minutes",
        start: new Date("2026-01-15T12:05:00Z"),
        end: new Date("2026-01-15T12:10:00Z"),
      },
    ]);
    expect(result.windowCount).toBe(2);
  });

  test("an open one is skipped and named, and its partial aggregates stay", async () => {
    await applyPlays(stores.openWarehouse(), [
      { id: 5, at: "2026-01-15T13:01:00Z" },
    ]);

    const result = await rebuildNow({ to: "2026-01-15T14:00:00Z" });

    expect(result.open.map(nameWindow)).toEqual([
      "hourly 2026-01-15T13:00:00.000Z",
      "minutes 2026-01-15T13:00:00.000Z",
    ]);
    expect(result.windowCount).toBe(4);
    await closeAndPublish();
    expect(await countStreams(database)).toEqual(allCount(5));
  });

  test("one that is closed and not published yet is published from the facts, once", async () => {
    await applyPlays(stores.openWarehouse(), [
      { id: 5, at: "2026-01-15T13:01:00Z" },
    ]);
    await stores.openWindowStore().closeOpenWindows();

    await rebuildNow({ to: "2026-01-15T14:00:00Z" });

    expect(await countStreams(database)).toEqual(allCount(5));
    expect(await publishWindows(stores.openWindowStore(), 0)).toEqual({
      merged: 0,
      recomputed: 0,
      unchanged: 0,
    });
    expect(await countStreams(database)).toEqual(allCount(5));
  });
});

describe("before the retention horizon", () => {
  const BEHIND = { from: FROM, to: "2026-01-15T14:00:00Z" };

  test("windows keep their rows and are named, from the one that begins on it on they are rebuilt", async () => {
    await applyPlays(stores.openWarehouse(), [
      { id: 5, at: "2026-01-15T12:59:59.999999Z" },
      { id: 6, at: "2026-01-15T13:00:00Z" },
    ]);
    await closeAndPublish();
    const published = await readMetrics();
    await setHorizon(TO);
    const faults =
      "update device_metrics set stream_count = 9 where time_window = $1";
    await database.rows(faults, [TO]);

    const result = await rebuildNow(BEHIND);

    expect(await readMetrics()).toEqual(published);
    expect(result.differing.map(nameWindow)).toEqual([
      "minutes 2026-01-15T13:00:00.000Z",
    ]);
    expect(result.windowCount).toBe(2);
    expect(result.expired.map(nameWindow)).toEqual([
      "hourly 2026-01-15T12:00:00.000Z",
      "minutes 2026-01-15T12:00:00.000Z",
      "minutes 2026-01-15T12:05:00.000Z",
      "minutes 2026-01-15T12:10:00.000Z",
      "minutes 2026-01-15T12:55:00.000Z",
    ]);

    await database.rows(faults, ["2026-01-15T12:55:00Z"]);
    const altered = await readMetrics();
    await rebuildNow(BEHIND);
    expect(await readMetrics()).toEqual(altered);
    const { stdout } = await runCommand([]);
    expect(stdout).toContain(
      "Skipped, before the retention horizon: minutes 2026-01-15T12:00:00Z to 2026-01-15T13:00:00Z, 4 in all; their rows stay\n",
    );
    expect(stdout).toMatch(/ Before the retention horizon: 5 skipped\.\n$/);
  });

  test("a span that ends there is refused as a whole, with the horizon and what to do", async () => {
    await plantFaults();
    const before = await readMetrics();
    await setHorizon(TO);

    await expect(rebuildNow()).rejects.toMatchObject({
      code: "before_retention_horizon",
      message:
        "No window up to 2026-01-15T13:00:00Z can be rebuilt. The retention horizon is 2026-01-15T13:00:00Z: what lies before it has been given up. The metric rows there stay as they are. Give a later --to.",
    });
    expect(await readMetrics()).toEqual(before);
  });

  test("are windows that the horizon passes while others are rebuilt", async () => {
    await plantFaults();
    const blocker = await holdRow();

    const rebuilding = rebuildNow();
    await untilRebuildWaits(rebuilding);
    // The window that waits holds the frontiers' lock, and a real advance would wait for it: this is one right after.
    await setHorizon(TO);
    await blocker.say("rollback");

    expect((await rebuilding).expired.map(nameWindow)).toEqual([
      "minutes 2026-01-15T12:05:00.000Z",
      "minutes 2026-01-15T12:10:00.000Z",
    ]);
  });
});

describe("while others work", () => {
  test("readers see a window as it was, then as it should be, and nothing in between", async () => {
    const published = await readMetrics();
    await plantFaults();
    const faulty = await readMetrics();
    const blocker = await holdRow();

    const rebuilding = rebuildNow();
    await untilRebuildWaits(rebuilding);
    // It has put right other rows of the window by now.
    expect(await readMetrics()).toEqual(faulty);
    await blocker.say("rollback");
    await rebuilding;

    expect(await readMetrics()).toEqual(published);
  });

  test("a late play that commits after its window's marks were taken is not lost", async () => {
    await plantFaults();
    const blocker = await holdRow();

    const rebuilding = rebuildNow();
    await untilRebuildWaits(rebuilding);
    const outcomes = await applyPlays(stores.openWarehouse(), [
      { id: 5, at: "2026-01-15T12:02:00Z", userId: 3 },
    ]);
    await blocker.say("rollback");
    await rebuilding;
    await publishWindows(stores.openWindowStore(), 0);

    expect(nameOutcomes(outcomes)).toEqual(["late"]);
    expect(await countStreams(database)).toEqual(allCount(5));
  });

  test("a late play's mark is consumed by the rebuild that has counted it", async () => {
    await applyPlays(stores.openWarehouse(), [
      { id: 5, at: "2026-01-15T12:02:00Z", userId: 3 },
    ]);

    await rebuildNow();

    expect(await countStreams(database)).toEqual(allCount(5));
    expect(await database.list("select * from revision_marks")).toEqual([]);
  });

  test("whoever publishes a window is waited for", async () => {
    await database.rows("update device_metrics set stream_count = 9");
    const publisher = await playPart(database, "closer", "publisher");
    await publisher.say("begin");
    await publisher.run("close-windows/lock_window", FIRST_WINDOW);

    const rebuilding = rebuildNow();
    const steps: string[] = [];
    const rebuilt = rebuilding.then(() => steps.push("rebuilt"));
    await untilRebuildWaits(rebuilding);
    steps.push("published");
    await publisher.say("commit");
    await rebuilt;

    expect(steps).toEqual(["published", "rebuilt"]);
    expect((await rebuilding).differing).toHaveLength(3);
  });
});

describe("npm run rebuild", () => {
  test("reports as JSON and nothing else when asked", async () => {
    await database.rows("delete from device_metrics where device_id = 2");

    const { exitCode, stdout, stderr } = await runCommand(["--json"]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      isDryRun: false,
      windowCount: 4,
      tables: expect.arrayContaining([
        {
          table: "device_metrics",
          checked: 4,
          differing: 0,
          added: 1,
          removed: 0,
        },
      ]),
    });
  });

  test("reports a table, what differed and what is still open", async () => {
    await database.rows("delete from device_metrics where device_id = 2");
    await applyPlays(stores.openWarehouse(), [
      { id: 5, at: "2026-01-15T13:01:00Z" },
    ]);

    const { exitCode, stdout } = await runCommand(["--dry-run"]);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/device_metrics +│ 4 +│ 0 +│ 1 +│ 0 /);
    expect(stdout).toContain(
      "Differed: minutes 2026-01-15T12:00:00Z to 2026-01-15T12:05:00Z\n",
    );
    expect(stdout).toContain(
      "Skipped, still open: hourly 2026-01-15T13:00:00Z to 2026-01-15T14:00:00Z\n",
    );
    expect(stdout).toMatch(
      /Closed windows: 4 compared with the facts, 1 differ; nothing was written\. Open windows: 2 skipped\. Before the retention horizon: 0 skipped\.\n$/,
    );
  });
});

function runCommand(args: readonly string[]) {
  return runToEnd("rebuild", {
    // Without a zone a time is in UTC.
    args: [
      "--from",
      "2026-01-15T12:00:00",
      "--to",
      "2026-01-15T14:00:00",
      ...args,
    ],
    environment: { DATABASE_URL: database.url("owner") },
  });
}

function rebuildNow(
  options: Partial<RebuildOptions> = {},
): Promise<RebuildResult> {
  return rebuild({
    databaseUrl: database.url("owner"),
    from: FROM,
    to: TO,
    ...options,
  });
}

async function closeAndPublish(): Promise<void> {
  const store = stores.openWindowStore();
  await store.closeOpenWindows();
  await publishWindows(store, 0);
}

function listFaults({ tables }: RebuildResult): RebuildResult["tables"] {
  return tables.filter(
    ({ differing, added, removed }) => differing + added + removed > 0,
  );
}

async function readMetrics(): Promise<unknown[][][]> {
  const tables: unknown[][][] = [];
  for (const metric of METRICS)
    tables.push(await database.list(selectMetric(metric)));
  return tables;
}

/** Every metric row and publication with `revision`, `updated_at` and the transaction that wrote it, as text. */
async function readEverything(): Promise<string[]> {
  const relations = [
    ...METRICS.map((metric) => `${metric}_metrics`),
    "window_publications",
  ];
  const rows = await database.rows(
    relations
      .map(
        (name) =>
          `select '${name} ' || r.xmin || ' ' || r as row from ${name} r`,
      )
      .join(" union all ") + " order by 1",
  );
  return rows.map(({ row }) => String(row));
}

async function setHorizon(horizon: string): Promise<void> {
  await database.rows(
    "update retention_horizons set horizon = $1 where kept = 'facts'",
    [horizon],
  );
}

function nameWindow({ kind, start }: RebuildResult["open"][number]): string {
  return `${kind} ${start.toISOString()}`;
}

/** Faults in the first window, in a table that is put right early and in one that comes late. */
async function plantFaults(): Promise<void> {
  await database.rows(
    `update user_engagement_metrics set stream_count = 9 where time_window = '${FROM}'`,
  );
  await database.rows(
    `update location_metrics set stream_count = 9 where time_window = '${FROM}'`,
  );
  await database.rows(
    `insert into device_metrics values ('${FROM}', 9, 1, 1, 0)`,
  );
}

/** Locks the row at which the rebuild of the first window then waits, in the middle of its transaction. */
async function holdRow(): Promise<Part> {
  const blocker = await playPart(database, "owner", "blocker");
  await blocker.say(
    `begin; select from location_metrics where time_window = '${FROM}' for update`,
  );
  return blocker;
}

async function untilRebuildWaits(rebuilding: Promise<unknown>): Promise<void> {
  // A rebuild that does not wait has ended, and the test then shows why that is wrong.
  await Promise.race([rebuilding, waitUntilBlocked(database.owner, "rebuild")]);
}
