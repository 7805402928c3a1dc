import { describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import {
  type Metric,
  METRICS,
  selectMetric,
} from "#tests/support/rows/metric-tables.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const START = "2026-01-15T12:00:00Z";
const START_TEXT = "2026-01-15 12:00:00+00";
const END: Record<Metric, string> = {
  user_engagement: "2026-01-15T12:05:00Z",
  content_performance: "2026-01-15T12:05:00Z",
  device: "2026-01-15T12:05:00Z",
  location: "2026-01-15T12:05:00Z",
  hourly: "2026-01-15T13:00:00Z",
};

/** Three micro-batches: users, songs and artists repeat within them and across them. */
const MICRO_BATCHES: readonly (readonly RecordTraits[])[] = [
  [
    { id: 1, isSkipped: true, streamDurationSeconds: 10 },
    { id: 2, userId: 2, isCompletePlay: true, isLiked: true },
    { id: 3, songId: 2, isShared: true },
  ],
  [
    { id: 4, isAddedToPlaylist: true, streamDurationSeconds: 31 },
    { id: 5, userId: 3, songId: 2, artistId: 2, locationId: 2, deviceId: 2 },
  ],
  [
    { id: 6, at: "2026-01-15T12:04:59.999999Z", userId: 2, isLiked: true },
    // Neither belongs to the window of 12:00, the first one not to its hour either.
    { id: 7, at: "2026-01-15T11:59:59.999999Z", userId: 9 },
    { id: 8, at: "2026-01-15T12:05:00Z", userId: 9, songId: 9, artistId: 9 },
  ],
];

const EXPECTED: Record<Metric, readonly unknown[][]> = {
  user_engagement: [
    [START_TEXT, 1, 3, 101, 101 / 3, 1 / 3, 0, 1 / 3, 1 / 3],
    [START_TEXT, 2, 2, 120, 60, 0, 1, 0, 0],
    [START_TEXT, 3, 1, 60, 60, 0, 0, 0, 0],
  ],
  content_performance: [
    [START_TEXT, 1, 1, 4, 0.25, 0.25, 0.5],
    [START_TEXT, 2, 1, 1, 0, 0, 0],
    [START_TEXT, 2, 2, 1, 0, 0, 0],
  ],
  device: [
    [START_TEXT, 1, 5, 221 / 5, 0.2],
    [START_TEXT, 2, 1, 60, 0],
  ],
  location: [
    [START_TEXT, 1, 5, 2, 2],
    [START_TEXT, 2, 1, 1, 1],
  ],
  hourly: [[START_TEXT, 7, 4, 3, 3, 341, 341 / 7, 1 / 7, 2 / 7]],
};

/** Rows that folding leaves of the window: one, or one per key. */
const FOLDED: Record<Metric, number> = {
  user_engagement: 1,
  content_performance: 1,
  device: 2,
  location: 2,
  hourly: 1,
};

describe.for(METRICS)("a window of %s", (metric) => {
  const expected = EXPECTED[metric];
  const merge = load("merge", metric);
  const recompute = load("recompute", metric);
  const fold = load("fold", metric);
  const discard = load("discard", metric);

  test("is merged from the partial aggregates of all micro-batches, which go", async () => {
    await insertAll();

    await runAsCloser(merge, [START]);

    expect(await database.list(selectMetric(metric))).toEqual(expected);
    expect(await countPartials(metric)).toBe(0);
  });

  test("is the same when recomputed from the facts", async () => {
    await insertAll();

    await runAsCloser(recompute, [START, END[metric]]);

    expect(await database.list(selectMetric(metric))).toEqual(expected);
  });

  test("is the same when its partial aggregates are folded before", async () => {
    await insertAll();
    await runAsCloser(fold, [START]);
    expect(await countPartials(metric)).toBe(FOLDED[metric]);
    await runAsCloser(fold, [START]);
    expect(await countPartials(metric)).toBe(FOLDED[metric]);

    await runAsCloser(merge, [START]);

    expect(await database.list(selectMetric(metric))).toEqual(expected);
  });

  test("is merged once: a second time there is nothing left", async () => {
    await insertAll();
    await runAsCloser(merge, [START]);

    await runAsCloser(merge, [START]);

    expect(await revisions(metric)).toEqual(expected.map(() => 0));
  });

  test("is rewritten only where a row differs, and says how often", async () => {
    await insertAll();
    await runAsCloser(merge, [START]);
    await runAsCloser(recompute, [START, END[metric]]);
    expect(await revisions(metric)).toEqual(expected.map(() => 0));

    await insertFacts(database.owner, [{ id: 9, userId: 3, songId: 3 }]);
    await runAsCloser(recompute, [START, END[metric]]);

    const changed = (await revisions(metric)).filter((count) => count === 1);
    expect(changed.length).toBe(metric === "content_performance" ? 0 : 1);
    expect(await sumOfStreams(metric)).toBe(metric === "hourly" ? 8 : 7);
  });

  test("without partial aggregates has none after folding either", async () => {
    await runAsCloser(fold, [START]);

    expect(await countPartials(metric)).toBe(0);
  });

  test("loses its partial aggregates when they are discarded", async () => {
    await insertAll();

    await runAsCloser(discard, [START]);

    expect(await countPartials(metric)).toBe(0);
    expect(await database.list(selectMetric(metric))).toEqual([]);
  });
});

test("an hour without plays is not published", async () => {
  await runAsCloser(load("recompute", "hourly"), [START, END.hourly]);

  expect(await database.list(selectMetric("hourly"))).toEqual([]);
});

test("folding a window's counts keeps their sum", async () => {
  await insertAll();
  const fold = loadStatement("queries/close-windows/fold_window_partials");
  const discard = loadStatement(
    "queries/close-windows/discard_window_partials",
  );

  await runAsCloser(fold, ["minutes", START]);
  await runAsCloser(discard, ["hourly", "2026-01-15T11:00:00Z"]);

  expect(
    await database.list(
      "select window_kind, to_char(window_start, 'HH24:MI'), stream_count from window_partials order by 1, 2, 3",
    ),
  ).toEqual([
    ["hourly", "12:00", 2],
    ["hourly", "12:00", 2],
    ["hourly", "12:00", 3],
    ["minutes", "11:55", 1],
    ["minutes", "12:00", 6],
    ["minutes", "12:05", 1],
  ]);
});

function load(verb: string, metric: Metric) {
  return loadStatement(`queries/close-windows/${verb}_${metric}`);
}

async function insertAll(): Promise<void> {
  const ingest = await database.connect("ingest");
  for (const microBatch of MICRO_BATCHES) await insertFacts(ingest, microBatch);
}

async function runAsCloser(
  { text }: { readonly text: string },
  values: readonly unknown[],
): Promise<void> {
  const closer = await database.connect("closer");
  await closer.query(text, [...values]);
}

async function countPartials(metric: Metric): Promise<unknown> {
  const [[count] = []] = await database.list(
    `select count(*) from ${metric}_partials where time_window = $1`,
    [START],
  );
  return count;
}

async function revisions(metric: Metric): Promise<unknown[]> {
  const rows = await database.list(`select revision from ${metric}_metrics`);
  return rows.flat();
}

async function sumOfStreams(metric: Metric): Promise<unknown> {
  const [[sum] = []] = await database.list(
    `select sum(stream_count) from ${metric}_metrics`,
  );
  return sum;
}
