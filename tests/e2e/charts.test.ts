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
import { listFinalBuckets } from "#tests/support/oracle/charts/list-final-buckets.ts";
import { readChartSource } from "#tests/support/oracle/charts/read-source.ts";
import type { ChartSource } from "#tests/support/oracle/charts/types.ts";
import {
  listMovedUsers,
  listOddRows,
} from "#tests/support/pipeline/odd-catalogue.ts";
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
): Promise<string[]> {
  const span = findSpan(tab, period);
  const charts = fillCharts(
    DASHBOARDS[tab].charts,
    await store.readCharts(tab, span),
  );
  const finalBuckets = listFinalBuckets(charts);
  const expected = expectCharts(tab, source, { ...span, finalBuckets });
  return charts.flatMap(({ id, columns, rows }) =>
    compareChart(columns, toTable(rows), expected[id] ?? []).map(
      (difference) => `${id}: ${difference}`,
    ),
  );
}

/** What close-windows does once hours are at rest and enough users have moved. */
async function addUp(databaseUrl: string): Promise<void> {
  const windows = createWindowStore({
    databaseUrl,
    applicationName: "test",
    transactionTimeoutMs: 10_000,
    topic: STREAM_EVENTS_TOPIC,
    allowedLatenessMs: 0,
  });
  try {
    const rollable = await windows.findRollableHours(0);
    expect(rollable).not.toEqual([]);
    for (const hour of rollable)
      expect(await windows.rollUpHour(hour)).toBe(true);
    const toRegroup = await windows.findHoursToRegroup();
    expect(toRegroup).not.toEqual([]);
    for (const hour of toRegroup)
      expect(await windows.regroupHour(hour)).toBe(true);
  } finally {
    await windows.close();
  }
}

let scene: Scene;
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
    for (const tab of TABS)
      for (const period of PERIODS)
        differences.set(
          nameCase(state, tab, period.name),
          await listDifferences(store, source, tab, period),
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

describe.each(STATES)("%s", (state) => {
  describe.each(TABS)("the charts of %s are the oracle's", (tab) => {
    it.each(PERIODS)("over $name", ({ name }) => {
      expect(differences.get(nameCase(state, tab, name))).toEqual([]);
    });
  });
});
