import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createDashboardStore } from "#shared/adapters/postgres/dashboard-store.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { fillCharts } from "#shared/domain/dashboards/fill-charts.ts";
import {
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
  TOPICS,
} from "#shared/domain/topics.ts";
import type { DashboardStore } from "#shared/ports/dashboard-store.ts";
import { compareChart } from "#tests/support/oracle/charts/compare-chart.ts";
import {
  expectCharts,
  type PlaysDashboard,
} from "#tests/support/oracle/charts/expect-charts.ts";
import { readChartSource } from "#tests/support/oracle/charts/read-source.ts";
import type { Chart } from "#shared/domain/dashboards/answer.ts";
import type { ChartSource } from "#tests/support/oracle/charts/types.ts";
import {
  listMovedUsers,
  listOddRows,
} from "#tests/support/pipeline/odd-catalogue.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import { makeSkewedPlays } from "#tests/support/pipeline/skewed-plays.ts";
import { toTable } from "#tests/ui/support/read-page.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BEGIN_MS = Date.parse("2026-03-01T23:00:00Z");
const PLAY_COUNT = 3000;
const SEED = 1;

const TABS = [
  "user-engagement",
  "content-performance",
  "geographic",
  "devices",
  "hourly-trends",
] as const satisfies readonly PlaysDashboard[];
const STATES = [
  "while the newest windows are open",
  "after all have closed",
  "after users have moved to other segments",
  "after sums have followed, and hours are added up",
] as const;

interface TestPeriod {
  readonly name: string;
  /** From the first play on. */
  readonly fromMinute: number;
  readonly minutes: number;
  readonly bucketMinutes: number;
}

const PERIODS: readonly TestPeriod[] = [
  { name: "a busy hour", fromMinute: 840, minutes: 60, bucketMinutes: 5 },
  {
    name: "an hour over midnight",
    fromMinute: 25,
    minutes: 60,
    bucketMinutes: 5,
  },
  { name: "the newest hour", fromMinute: 1500, minutes: 60, bucketMinutes: 5 },
  {
    name: "an hour without plays",
    fromMinute: 1800,
    minutes: 60,
    bucketMinutes: 5,
  },
  { name: "a day", fromMinute: 60, minutes: 1440, bucketMinutes: 60 },
  { name: "the newest day", fromMinute: 120, minutes: 1440, bucketMinutes: 60 },
  {
    name: "a day and two hours",
    fromMinute: 0,
    minutes: 1560,
    bucketMinutes: 60,
  },
];

/** The period in the buckets of the tab, which are hours in the hourly one: those that it touches. */
function findSpan(
  tab: PlaysDashboard,
  { fromMinute, minutes, bucketMinutes }: TestPeriod,
) {
  const bucketMs =
    tab === "hourly-trends" ? HOUR_MS : bucketMinutes * MINUTE_MS;
  const fromMs = BEGIN_MS + fromMinute * MINUTE_MS;
  const untilMs = fromMs + minutes * MINUTE_MS;
  return {
    fromMs: Math.floor(fromMs / bucketMs) * bucketMs,
    untilMs: Math.ceil(untilMs / bucketMs) * bucketMs,
    bucketMs,
  };
}

/** How the charts of a tab differ from the oracle's, a sentence each. */
async function listDifferences(
  store: DashboardStore,
  source: ChartSource,
  tab: PlaysDashboard,
  period: TestPeriod,
  frontiers: Frontiers,
): Promise<string[]> {
  const span = findSpan(tab, period);
  const charts = fillCharts(
    DASHBOARDS[tab].charts,
    await store.readCharts(tab, span),
  );
  const finalBuckets = findFinalBuckets(
    frontiers[tab === "hourly-trends" ? "hourly" : "minutes"],
    span,
  );
  const expected = expectCharts(tab, source, { ...span, finalBuckets });
  return charts.flatMap((chart) =>
    [
      ...compareChart(
        chart.columns,
        toTable(chart.rows),
        expected[chart.id] ?? [],
      ),
      ...listWrongMarks(chart, finalBuckets),
    ].map((difference) => `${chart.id}: ${difference}`),
  );
}

/** Of the windows of one kind: up to when they are closed, and those that are not published; ms since the epoch. */
interface Frontier {
  readonly closedUntilMs: number;
  readonly openStartsMs: readonly number[];
}
type Frontiers = Readonly<Record<"minutes" | "hourly", Frontier>>;

async function readFrontiers(databaseUrl: string): Promise<Frontiers> {
  const rows = await selectRows<{
    kind: keyof Frontiers;
    closed: number;
    open: number[];
  }>(
    databaseUrl,
    `select window_kind as kind, extract(epoch from closed_until)::float * 1000 as closed,
       array(select extract(epoch from p.window_start)::float * 1000 from window_partials p
         where p.window_kind = f.window_kind) as open
     from window_frontiers f`,
  );
  const frontierOf = (kind: keyof Frontiers): Frontier => {
    const row = rows.find((candidate) => candidate.kind === kind);
    if (row === undefined) throw new Error(`no frontier of ${kind}`);
    return { closedUntilMs: row.closed, openStartsMs: row.open };
  };
  return { minutes: frontierOf("minutes"), hourly: frontierOf("hourly") };
}

/** Starts of the buckets that are over and hold no window that is open. */
function findFinalBuckets(
  { closedUntilMs, openStartsMs }: Frontier,
  { fromMs, untilMs, bucketMs }: ReturnType<typeof findSpan>,
): Set<number> {
  const starts = Array.from(
    { length: (untilMs - fromMs) / bucketMs },
    (_, index) => fromMs + index * bucketMs,
  );
  return new Set(
    starts.filter(
      (startMs) =>
        startMs + bucketMs <= closedUntilMs &&
        !openStartsMs.some(
          (openMs) => openMs >= startMs && openMs < startMs + bucketMs,
        ),
    ),
  );
}

/** Rows of a bucket of time that are marked as provisional and are final, or the other way round. */
function listWrongMarks(
  { columns, rows, provisional }: Chart,
  finalBuckets: ReadonlySet<number>,
): string[] {
  if (columns[0]?.unit !== "time") return [];
  return rows.flatMap(([time], index) =>
    provisional[index] === !finalBuckets.has(Date.parse(String(time)))
      ? []
      : [`${String(time)} is marked wrongly`],
  );
}

/** What runs of close-windows do once hours are at rest and enough users have moved. */
async function addUp(databaseUrl: string): Promise<void> {
  const windows = createWindowStore({
    databaseUrl,
    applicationName: "test",
    transactionTimeoutMs: 10_000,
    topic: STREAM_EVENTS_TOPIC,
    allowedLatenessMs: 0,
  });
  try {
    for (;;) {
      const hours = await windows.findRollableHours(0);
      if (hours.length === 0) break;
      for (const hour of hours)
        expect(await windows.rollUpHour(hour)).toBe(true);
    }
    for (const hour of await windows.findHoursToRegroup())
      expect(await windows.regroupHour(hour)).toBe(true);
  } finally {
    await windows.close();
  }
}

/** What a state is about: whether there are such windows, users who moved, hours. */
async function readSituation(databaseUrl: string) {
  const [row] = await selectRows(
    databaseUrl,
    `select exists (select from window_partials) as has_open, exists (select from window_publications) as has_published,
       exists (select from user_segment_moves) as has_moved, exists (select from hour_rollups where is_due) as has_due`,
  );
  return row;
}

let scene: Scene;
/** By state. */
const situations = new Map<string, unknown>();
/** By state, tab and period. */
const differences = new Map<string, readonly string[]>();
const nameCase = (state: string, tab: string, period: string) =>
  [state, tab, period].join(", ");

beforeAll(async () => {
  scene = await openScene();
  for (const dimension of DIMENSIONS)
    await scene.topics.send(dimension, listOddRows(dimension));
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    makeSkewedPlays(BEGIN_MS, PLAY_COUNT, SEED),
  );
  let source = await readChartSource(await scene.readRecords());
  const database = await scene.beginAnew();
  const store = createDashboardStore({
    databaseUrl: database.databaseUrls.reader,
    applicationName: "test",
    transactionTimeoutMs: 10_000,
  });
  const compareAll = async (state: string) => {
    const frontiers = await readFrontiers(database.databaseUrls.owner);
    situations.set(state, await readSituation(database.databaseUrls.owner));
    for (const tab of TABS)
      for (const period of PERIODS)
        differences.set(
          nameCase(state, tab, period.name),
          await listDifferences(store, source, tab, period, frontiers),
        );
  };
  try {
    await scene.withPipeline(
      database,
      {
        // The newer versions of dimensions have to be read, too.
        topics: TOPICS.map(({ topic }) => topic),
        batchSize: 300,
        hasSchedules: false,
      },
      async (pipeline) => {
        await pipeline.untilConsumed();
        await compareAll(STATES[0]);
        await pipeline.drain();
        await compareAll(STATES[1]);
        await scene.topics.send("users", listMovedUsers());
        await pipeline.untilConsumed();
        source = await readChartSource(await scene.readRecords());
        await compareAll(STATES[2]);
        await addUp(database.databaseUrls.closer);
        await compareAll(STATES[3]);
      },
    );
  } finally {
    await store.close();
  }
});
afterAll(() => scene?.close());

it("each state is what its name says", () => {
  const published = { has_published: true, has_due: true };
  expect([...situations.values()]).toEqual([
    // The odd users may come before their plays or after.
    expect.objectContaining({ ...published, has_open: true }),
    expect.objectContaining({ ...published, has_open: false }),
    { ...published, has_open: false, has_moved: true },
    { ...published, has_open: false, has_moved: false, has_due: false },
  ]);
});

describe.each(STATES)("%s", (state) => {
  describe.each(TABS)("the charts of %s are the oracle's", (tab) => {
    it.each(PERIODS)("over $name", ({ name }) => {
      expect(differences.get(nameCase(state, tab, name))).toEqual([]);
    });
  });
});
