import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";

import { writeConnectionEnv } from "#compose/embedded/connection-env.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { openMetrics, type Metrics } from "#compose/metrics/open-metrics.ts";
import { readRunnerCounts } from "#compose/runner/read-runner-counts.ts";
import { renderRunner } from "#compose/runner/render-runner.ts";
import { claimRunner } from "#compose/runner/runner-claim.ts";
import { countingMapping, sequenceInvoker } from "./fakes.ts";

const SUCCESS = { kind: "success", requestId: "1", payload: null } as const;
const CONNECTIONS = {
  kafkaBootstrapServers: "127.0.0.1:1",
  databaseUrls: { owner: "o", ingest: "i", closer: "c", reader: "r" },
};

let dataDir = "";
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "runner-counts-"));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** A runner of the data directory: this process. */
async function openRunner(): Promise<Metrics> {
  await claimRunner(dataDir);
  const metrics = await openMetrics(await findFreePort());
  onTestFinished(() => metrics.close());
  await writeConnectionEnv(dataDir, {
    ...CONNECTIONS,
    metricsUrl: metrics.url,
  });
  return metrics;
}

const serve = (metrics: Metrics) =>
  metrics.serve({
    // A status takes its time, and is none of the runner's counts.
    readStatus: () => new Promise(() => undefined),
    mappings: [
      countingMapping("plays", {
        PolledEventCount: 12_000,
        PendingEventCount: 7,
      }),
    ],
    clock: systemClock,
  });

test("what the runner has counted is read without asking a server, and shown by function and mapping", async () => {
  const metrics = await openRunner();
  serve(metrics);
  const invoker = metrics.invocations.measure(
    sequenceInvoker([SUCCESS, { kind: "throttled" }, { kind: "throttled" }]),
  );
  for (let count = 0; count < 3; count += 1)
    await invoker.invoke("plays", new Uint8Array());
  await metrics.invocations
    .measure(sequenceInvoker([SUCCESS]))
    .invoke("letters", new Uint8Array());

  const reading = await readRunnerCounts(dataDir);

  expect(reading).toMatchObject({
    kind: "counts",
    functions: [
      { function: "plays", invocationCount: 3, errors: { throttled: 2 } },
      { function: "letters", invocationCount: 1, errors: {} },
    ],
    mappings: [
      {
        topic: "stream-events",
        function: "plays",
        counters: {
          PolledEventCount: 12_000,
          PendingEventCount: 7,
          CommittedEventCount: 0,
        },
      },
    ],
  });
  const text = renderRunner(reading);
  expect(text).toMatch(
    /│ plays +│ +3 │ +[\d.]+ ms │ +[\d.]+ ms │ 2 throttled │/,
  );
  expect(text).toMatch(/│ letters +│ +1 │ .* │ 0 +│/);
  expect(text).toMatch(/│ stream-events │ 12,000 │ +0 │ +0 │ +0 │ +7 │/);
});

test("no table is wider than a terminal", async () => {
  const text = renderRunner({
    kind: "counts",
    functions: [
      {
        function: "aggregate-micro-batch",
        invocationCount: 1_000_000,
        errors: { unhandled: 12 },
        meanSeconds: 0.123,
        p95Seconds: 12.34,
      },
    ],
    mappings: [
      {
        topic: "dead-letter-queue",
        function: "dead-letter",
        counters: { PolledEventCount: 1_000_000, CommittedEventCount: 999_999 },
      },
    ],
  });

  expect(
    Math.max(...text.split("\n").map((line) => line.length)),
  ).toBeLessThanOrEqual(80);
  expect(text).toContain("│ 123 ms │ 12.3 s │ 12 unhandled │");
});

test("a runner that is gone is said to be none, whoever has its port now", async () => {
  const metrics = await openMetrics(await findFreePort());
  onTestFinished(() => metrics.close());
  serve(metrics);
  await writeConnectionEnv(dataDir, {
    ...CONNECTIONS,
    metricsUrl: metrics.url,
  });

  const reading = await readRunnerCounts(dataDir);

  expect(renderRunner(reading)).toBe(
    `invocations and mappings are not known: no runner works on ${dataDir}`,
  );
});

test("a runner without metrics, one that is starting and one that does not answer are told apart", async () => {
  const metrics = await openRunner();
  expect(await readRunnerCounts(dataDir)).toEqual({
    kind: "unknown",
    reason: "the runner says: The runner is starting or stopping.",
  });

  await metrics.close();
  expect(await readRunnerCounts(dataDir)).toEqual({
    kind: "unknown",
    reason: expect.stringContaining(
      `the runner does not answer at ${metrics.url}: `,
    ),
  });

  await writeConnectionEnv(dataDir, CONNECTIONS);
  expect(await readRunnerCounts(dataDir)).toEqual({
    kind: "unknown",
    reason: "the runner serves no metrics, as METRICS_PORT is 0",
  });
});
