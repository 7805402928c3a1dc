import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { findFreePort } from "#compose/embedded/ports.ts";
import { stopStack } from "#compose/embedded/stack.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { drain } from "#compose/runner/drain.ts";
import { loadCatalogue } from "#compose/runner/load-catalogue.ts";
import { sendRange } from "#compose/runner/send-range.ts";
import { startRunner, type Runner } from "#compose/runner/start-runner.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import { waitUntilConsumed } from "#compose/runner/wait-until-consumed.ts";
import { ensureChromium } from "#tests/support/ensure-chromium.ts";

/** More than a day, so that both periods of the page are full. */
const PAST_MS = 26 * 60 * 60_000;
const PLAY_COUNT = 30_000;
const SEED = 1;
const DRAIN_TIMEOUT_MS = 120_000;
/** A few of each, so that the pipeline's tab has something to tell. */
const MIX_INS = {
  late: 0.002,
  orphans: 0.001,
  malformed: 0.001,
  duplicates: 0.01,
};

declare module "vitest" {
  export interface ProvidedContext {
    /** Of the page, http://127.0.0.1:<port>. */
    pageOrigin: string;
    chromiumPath: string;
    ownerDatabaseUrl: string;
    pageKafkaBootstrapServers: string;
    /** RFC 3339: when the plays that were sent end. */
    playsEndAt: string;
  }
}

/** Starts what `npm start` starts, in a directory of its own, and sends it plays of a day through Kafka. */
export default async function startStack({
  provide,
}: TestProject): Promise<() => Promise<void>> {
  const cleanups = createCleanups();
  try {
    const chromiumPath = await ensureChromium();
    const dataDir = await mkdtemp(join(tmpdir(), "music-streaming-ui-"));
    cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
    cleanups.add(async () => {
      await stopStack({ dataDir });
    });
    const dashboardPort = await findFreePort();
    const runner = await startRunner({
      dataDir,
      environment: {
        KAFKA_PORT: String(await findFreePort()),
        POSTGRES_PORT: String(await findFreePort()),
        DASHBOARD_PORT: String(dashboardPort),
        METRICS_PORT: "0",
      },
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    cleanups.add(() => runner.stop());
    provide("playsEndAt", await fill(runner));
    provide("chromiumPath", chromiumPath);
    provide("pageOrigin", `http://127.0.0.1:${dashboardPort}`);
    provide("ownerDatabaseUrl", runner.connections.databaseUrls.owner);
    provide(
      "pageKafkaBootstrapServers",
      runner.connections.kafkaBootstrapServers,
    );
    return () => cleanups.run();
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}

/** Sends the catalogue and the plays, waits until they are published, and says when the plays end. */
async function fill({
  connections,
  declaration,
  invoker,
  offsets,
}: Runner): Promise<string> {
  const { signal } = new AbortController();
  const wait = { declaration, offsets, clock: systemClock, signal };
  await loadCatalogue({
    invoker,
    offsets,
    seed: SEED,
    sizes: {},
    waitUntilLoaded: (topics) => waitUntilConsumed(wait, topics),
    onProgress: () => undefined,
  });
  const endMs = systemClock.now();
  const to = new Date(endMs).toISOString();
  await sendRange({
    invoker,
    range: {
      from: new Date(endMs - PAST_MS).toISOString(),
      to,
      count: PLAY_COUNT,
      seed: SEED,
      ...MIX_INS,
    },
    signal,
    onSent: () => undefined,
  });
  const reader = openStatusReader(declaration, connections);
  try {
    // Late plays are published when their windows are, and no number may change by itself in the middle of a test.
    await drain({
      invoker,
      clock: systemClock,
      readStatus: () => reader.read(),
      closesOpenWindows: false,
      timeoutMs: DRAIN_TIMEOUT_MS,
      signal,
    });
  } finally {
    await reader.close();
  }
  return to;
}
