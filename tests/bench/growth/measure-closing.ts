import { setTimeout as delay } from "node:timers/promises";

import { writeLine } from "#compose/cli/write-line.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import type { WindowKind } from "#shared/ports/window-store.ts";
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import { publishCatalogue, publishPlays } from "../publish-backlog.ts";
import { openObserver } from "../open-observer.ts";
import { keepCounts, listWrongWindows } from "./count-windows.ts";
import { refuseWrongTables } from "./measure-rate.ts";
import { settleDatabase } from "./preload-facts.ts";
import { takeMedian } from "./take-median.ts";
import { withServers } from "./with-servers.ts";

/** Seconds from the first statement to the commit that publishes one window of each size, the median of three. */
export type ClosingSeconds = Readonly<Record<WindowKind, number>>;

/** The first five minutes of hours that are far enough apart: a window of each size holds all the plays of one. */
const HOURS = ["12", "15", "18"];
const CLOSE_ATTEMPTS = 20;
const RETRY_MS = 200;

/**
 * Measures how long it takes to publish a window of so many plays; throws `bench_tables_wrong` where what was published
 * is not right. Everything was consumed before, in micro-batches of the usual size.
 */
export function measureClosing(plays: number): Promise<ClosingSeconds> {
  return withServers(async (servers, cleanups) => {
    const owner = await openObserver(servers);
    const bootstrapServers =
      servers.connections.kafkaBootstrapServers.split(",");
    writeLine(
      `Loading ${HOURS.length} windows of ${plays.toLocaleString("en-US")} plays`,
    );
    await publishCatalogue(bootstrapServers);
    for (const hour of HOURS)
      await publishPlays(bootstrapServers, plays, {
        range: {
          from: `2026-03-01T${hour}:00:00Z`,
          to: `2026-03-01T${hour}:05:00Z`,
        },
      });
    await keepCounts(owner);
    const pipeline = await startPipeline({
      ...servers,
      // The dimensions first, then the plays; nothing closes before it is told to.
      topics: [...DIMENSIONS, STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
      environment: { STREAMING_ALLOWED_LATENESS: "24h" },
      hasSchedules: false,
    });
    cleanups.add(() => pipeline.stop());
    await pipeline.untilConsumed();
    await pipeline.stop();
    await settleDatabase(owner);

    writeLine("Closing them");
    const store = createWindowStore({
      databaseUrl: servers.connections.databaseUrls.closer,
      applicationName: "close-windows",
      transactionTimeoutMs: 10 * 60_000,
      topic: STREAM_EVENTS_TOPIC,
      allowedLatenessMs: 0,
    });
    cleanups.add(() => store.close());
    for (let attempt = 1; !(await store.closeOpenWindows()); attempt += 1) {
      if (attempt === CLOSE_ATTEMPTS)
        throw new PipelineError(
          `The windows could not be closed in ${CLOSE_ATTEMPTS} attempts, although nothing else ran. See pg_locks for who holds the frontiers.`,
          { code: "frontiers_busy", domain: "internal" },
        );
      await delay(RETRY_MS);
    }
    const seconds: Record<WindowKind, number[]> = { minutes: [], hourly: [] };
    for (const window of await store.findPublishableWindows(0)) {
      const startMs = performance.now();
      await store.publishWindow(window);
      seconds[window.kind].push((performance.now() - startMs) / 1000);
    }
    refuseWrongTables(
      await listWrongWindows(owner, { facts: 0, plays: plays * HOURS.length }),
    );
    return {
      minutes: takeMedian(seconds.minutes),
      hourly: takeMedian(seconds.hourly),
    };
  });
}
