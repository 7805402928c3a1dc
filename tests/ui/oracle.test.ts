import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, it } from "vitest";

import type {
  Chart,
  DashboardAnswer,
  Period,
} from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { compareChart } from "#tests/support/oracle/charts/compare-chart.ts";
import {
  expectCharts,
  type PlaysDashboard,
} from "#tests/support/oracle/charts/expect-charts.ts";
import { listFinalBuckets } from "#tests/support/oracle/charts/list-final-buckets.ts";
import { readChartSource } from "#tests/support/oracle/charts/read-source.ts";
import type {
  ChartPeriod,
  ChartSource,
} from "#tests/support/oracle/charts/types.ts";
import { openTopicClient } from "#tests/support/pipeline/topic-client.ts";
import { alterChart, askNow, giveAnswer } from "./support/alter-answers.ts";
import {
  cardOf,
  endOfPlays,
  openTable,
  readAnswer,
  readTable,
} from "./support/read-page.ts";
import { TABS, useBrowser } from "./support/use-browser.ts";

const MINUTE_MS = 60_000;

const { withPage } = useBrowser();
const ORACLE_TABS: readonly PlaysDashboard[] = TABS.filter(
  (tab) => tab !== "pipeline",
);

let source: ChartSource;
beforeAll(async () => {
  const topics = await openTopicClient(inject("pageKafkaBootstrapServers"));
  try {
    const records = await topics.readAll([...DIMENSIONS, STREAM_EVENTS_TOPIC]);
    source = await readChartSource(records);
  } finally {
    await topics.close();
  }
});

const query = (period: Period, until: string): string =>
  new URLSearchParams({ period, until }).toString();

/** An hour that was over before the plays ended, and that lies in two hours of the day. */
const hourBefore = (): string =>
  new Date(Date.parse(endOfPlays()) - 90 * MINUTE_MS).toISOString();

/** The buckets that an answer is about, and which of them it calls final. */
const readPeriod = ({
  from,
  until,
  bucketSeconds,
  charts,
}: DashboardAnswer): ChartPeriod => ({
  fromMs: Date.parse(from),
  untilMs: Date.parse(until),
  bucketMs: bucketSeconds * 1000,
  finalBuckets: listFinalBuckets(charts),
});

/** How the tables on the page differ from the oracle's rows, by chart; a chart that agrees is left out. */
async function compareWithOracle(
  page: Page,
  tab: PlaysDashboard,
  answer: DashboardAnswer,
): Promise<Record<string, readonly string[]>> {
  const expected = expectCharts(tab, source, readPeriod(answer));
  const differing: Record<string, readonly string[]> = {};
  for (const { id, columns } of DASHBOARDS[tab].charts) {
    const rows = expected[id];
    const differences =
      rows === undefined
        ? ["the oracle has no such chart"]
        : compareChart(columns, await readTable(cardOf(page, id)), rows);
    if (differences.length > 0) differing[id] = differences;
  }
  return differing;
}

async function openTables(page: Page, tab: PlaysDashboard): Promise<void> {
  for (const { id } of DASHBOARDS[tab].charts)
    await openTable(cardOf(page, id));
}

describe.each(ORACLE_TABS)("the tables of %s are the oracle's", (tab) => {
  it.each([
    ["the last hour of the plays", "1h", endOfPlays],
    ["the last day of the plays", "24h", endOfPlays],
    ["an hour that is over", "1h", hourBefore],
  ] as const)("over %s", async (_, period, findEnd) => {
    const asked = query(period, findEnd());
    await withPage(`#${tab}?${asked}`, async ({ page }) => {
      await openTables(page, tab);
      // A window that closes beside the test reaches the page with its next answer.
      await expect
        .poll(async () =>
          compareWithOracle(page, tab, await readAnswer(tab, asked)),
        )
        .toEqual({});
    });
  });
});

/** Whether a song rises in the last hour is up to the hour of the day. */
const MAY_BE_EMPTY = new Set(["trending"]);

it.each(ORACLE_TABS)(
  "the last day of the plays gives the charts of %s rows, so that there is something to compare",
  async (tab) => {
    const answer = await readAnswer(tab, query("24h", endOfPlays()));

    const rows = expectCharts(tab, source, readPeriod(answer));

    const emptyCharts = DASHBOARDS[tab].charts
      .map(({ id }) => id)
      .filter((id) => (rows[id] ?? []).length === 0 && !MAY_BE_EMPTY.has(id));
    expect(emptyCharts).toEqual([]);
  },
);

/** What is done to the rows of a chart, and what is said of it. */
type PlantedFault = readonly [
  title: string,
  alter: (rows: Chart["rows"]) => Chart["rows"],
  sentence: RegExp,
];

const PLANTED_FAULTS: readonly PlantedFault[] = [
  [
    "a wrong figure",
    ([first = [], ...rest]) => [
      [first[0] ?? null, Number(first[1]) + 1],
      ...rest,
    ],
    /^row 1: streams is "\d+", expected "\d+"$/,
  ],
  [
    "a missing row",
    (rows) => rows.slice(0, -1),
    /^row \d+ is missing: \["..",\d+\]$/,
  ],
  [
    "two rows swapped",
    ([first = [], second = [], ...rest]) => [second, first, ...rest],
    /^row 1: country is "..", expected ".."$/,
  ],
];

describe("what a page may show wrongly", () => {
  it.each(PLANTED_FAULTS)("%s is noticed", async (_, alter, sentence) => {
    const tab = "geographic";
    const asked = query("24h", endOfPlays());
    await withPage(`#${tab}?${asked}`, async ({ page }) => {
      await openTables(page, tab);
      const answer = await readAnswer(tab, asked);
      const altered = alterChart(answer, "map", ({ rows }) => ({
        rows: alter(rows),
        provisional: alter(rows).map(() => false),
      }));

      await giveAnswer(page, tab, altered);
      await askNow(page);

      await expect
        .poll(() => compareWithOracle(page, tab, answer))
        .toEqual({
          map: expect.arrayContaining([expect.stringMatching(sentence)]),
        });
    });
  });
});
