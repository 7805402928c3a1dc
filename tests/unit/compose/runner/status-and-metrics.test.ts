import { beforeAll, expect, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { openMetrics, RUNNER_PATH } from "#compose/metrics/open-metrics.ts";
import { summarizeRunner } from "#compose/metrics/summarize-runner.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { renderRunner } from "#compose/runner/render-runner.ts";
import { renderStatusTables } from "#compose/runner/render-status.ts";
import { scrapeValues } from "#tests/support/prometheus/scrape.ts";
import {
  compareReadings,
  REQUIRED,
  type Reading,
} from "#tests/support/status/compare-readings.ts";
import { readShown } from "#tests/support/status/read-shown.ts";
import { readStatusJson } from "#tests/support/status/read-status-json.ts";
import { countingMapping, DRAINED, sequenceInvoker } from "./fakes.ts";

/** A reading of a busy pipeline; no number is its neighbour's. */
const STATUS: Status = {
  ...DRAINED,
  topics: DRAINED.topics.map((topic, index) => ({
    ...topic,
    lag: 1200 + index,
    lagSeconds: 30.4 + index,
  })),
  watermarkDelaySeconds: 612.3,
  windows: DRAINED.windows.map((window, index) => ({
    ...window,
    openCount: 40 + index,
  })),
  letters: {
    waiting: 9,
    due: 1,
    redriven: 2,
    resolved: 28,
    buried: 3,
    oldestWaitingAt: "2026-01-01T11:00:00.000000Z",
    oldestWaitingSeconds: 3600.2,
  },
};
const SUCCESS = { kind: "success", requestId: "1", payload: null } as const;

let metrics: Reading;
let json: Reading;
let text: string;
beforeAll(async () => {
  const port = await findFreePort();
  const opened = await openMetrics(port);
  const invoker = opened.invocations.measure(
    sequenceInvoker([SUCCESS, SUCCESS, { kind: "throttled" }]),
  );
  for (let count = 0; count < 3; count += 1)
    await invoker.invoke("aggregate-micro-batch", new Uint8Array());
  opened.serve({
    readStatus: () => Promise.resolve(STATUS),
    mappings: [countingMapping("aggregate-micro-batch", {})],
    clock: systemClock,
  });
  metrics = await scrapeValues(port);
  const response = await fetch(`${opened.url}${RUNNER_PATH}`);
  const counts = summarizeRunner(await response.json());
  json = readStatusJson(STATUS, counts);
  text = [
    renderStatusTables({ status: STATUS, playsPerSecond: 20 }),
    renderRunner({ kind: "counts", ...counts }),
  ].join("\n");
  await opened.close();
});

/** Seconds are shown whole, a mean duration with two digits or more. */
const shownPrecision = (sample: string) => {
  if (sample.includes("duration_seconds_sum")) return 0.001;
  return sample.includes("seconds") && !sample.includes("_count") ? 0.5 : 0;
};
const exact = (sample: string) =>
  sample.includes("duration_seconds_sum") ? 1e-9 : 0;

test("metrics, JSON and tables of npm run status say the same of one reading", () => {
  expect(compareReadings(metrics, json, exact)).toEqual([]);
  expect(compareReadings(metrics, readShown(text), shownPrecision)).toEqual([]);
});

test.each(Object.entries(REQUIRED))(
  "it is noticed when %s is missing or wrong in one of them",
  (what, name) => {
    const isOther = ([sample]: [string, number]) => !sample.startsWith(name);
    const without = (reading: Reading): Reading =>
      Object.fromEntries(Object.entries(reading).filter(isOther));
    const wrong = Object.fromEntries(
      Object.entries(json).map(([sample, value]) => [
        sample,
        sample.startsWith(name) ? value + 1 : value,
      ]),
    );
    const shown = readShown(text);

    expect(compareReadings(without(metrics), json, exact)[0]).toMatch(
      new RegExp(`^${what}: no metric ${name}`),
    );
    expect(compareReadings(metrics, without(json), exact)[0]).toMatch(
      new RegExp(`^${what}: ${name}.* is not shown$`),
    );
    expect(compareReadings(metrics, without(shown), shownPrecision)[0]).toMatch(
      new RegExp(`^${what}: ${name}.* is not shown$`),
    );
    expect(compareReadings(metrics, wrong, exact)[0]).toContain(", shown is ");
    expect(compareReadings(without(metrics), without(json), exact)).toEqual([
      `${what}: nowhere`,
    ]);
  },
);

test("a line or a column that is left out of the tables is noticed", () => {
  const lines = text.split("\n");
  const kept = lines.filter((line) => !line.startsWith("dead letters"));
  const shuffled = lines.map((line) => line.replace(/│ 1,20(\d) │/, "│ 0 │"));

  for (const changed of [kept, shuffled]) {
    expect(
      compareReadings(metrics, readShown(changed.join("\n")), shownPrecision),
    ).not.toEqual([]);
  }
});
