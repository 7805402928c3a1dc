import { once } from "node:events";

import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { alignToPeriod } from "#compose/scheduler/plan-invocations.ts";
import { backfill } from "./backfill.ts";
import { createCleanups } from "./cleanups.ts";
import { drain } from "./drain.ts";
import { loadCatalogue } from "./load-catalogue.ts";
import type { Status } from "./read-status.ts";
import {
  createStatusDisplay,
  type StatusDisplay,
  type StatusDisplayOptions,
} from "./show-status.ts";
import {
  startRunner,
  type Runner,
  type RunnerOptions,
} from "./start-runner.ts";
import { openStatusReader } from "./status-reader.ts";
import { waitUntilConsumed } from "./wait-until-consumed.ts";

export interface PipelineOptions extends Omit<RunnerOptions, "onProgress"> {
  readonly output: StatusDisplayOptions["output"];
  readonly backfillCount: number;
  readonly backfillDurationMs: number;
}

export interface DrainedPipelineOptions extends PipelineOptions {
  readonly timeoutMs: number;
  /** Called when everything is drained and closed, while the servers still run. */
  readonly onDrained: (runner: Runner) => Promise<void>;
}

/**
 * Everything at once: servers, mappings, schedules, catalogue, backfill, then live plays until the signal; a status is
 * shown all the time. Stops everything in order, whatever happens; throws what the start throws.
 */
export async function runLive(options: PipelineOptions): Promise<void> {
  await withLoadedRunner(options, async (runner, display, sinceMs) => {
    await runner.startProducer(sinceMs);
    const { dashboardsUrl: url } = runner;
    const dashboards = url === undefined ? "" : ` Dashboards: ${url}`;
    display.setPhase(`Live. Ctrl-C stops everything in order.${dashboards}`);
    if (!options.signal.aborted) await once(options.signal, "abort");
    await display.stop();
    display.setPhase("Stopping: micro-batches, commits, Postgres, Kafka");
  });
}

/**
 * The same without going live: waits until everything is consumed, closes every window, and hands over to `onDrained`.
 * Throws what the start and `drain` throw, and the signal's reason.
 */
export async function runUntilDrained(
  options: DrainedPipelineOptions,
): Promise<void> {
  await withLoadedRunner(options, async (runner, display) => {
    display.setPhase(
      "Waiting until everything is drained, then closing all windows",
    );
    const reader = openStatusReader(runner.declaration, runner.connections);
    try {
      await drain({
        invoker: runner.invoker,
        clock: systemClock,
        readStatus: () => reader.read(),
        closesOpenWindows: true,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
      });
    } finally {
      await reader.close();
    }
    await display.stop();
    await options.onDrained(runner);
  });
}

async function withLoadedRunner(
  options: PipelineOptions,
  work: (
    runner: Runner,
    display: StatusDisplay,
    sinceMs: number | undefined,
  ) => Promise<void>,
): Promise<void> {
  const { dataDir, signal, output } = options;
  const display = createStatusDisplay({ output, clock: systemClock });
  const onProgress = (message: string) => display.setPhase(message);
  const runner = await startRunner({ ...options, onProgress });
  const cleanups = createCleanups();
  cleanups.add(() => runner.stop());
  try {
    const { declaration, connections, config, invoker, offsets, mappings } =
      runner;
    const reader = openStatusReader(declaration, connections);
    cleanups.add(() => reader.close());
    cleanups.add(() => display.stop());
    display.start({
      readStatus: () => reader.read(),
      listProblems: (status) => listProblems(mappings, status),
    });
    const seed = config.STREAMING_SEED;
    await loadCatalogue({
      invoker,
      offsets,
      seed,
      sizes: {},
      waitUntilLoaded: (topics) =>
        waitUntilConsumed(
          { declaration, offsets, clock: systemClock, signal },
          topics,
        ),
      onProgress,
    });
    const sinceMs = await backfill({
      dataDir,
      invoker,
      offsets,
      wanted: {
        count: options.backfillCount,
        durationMs: options.backfillDurationMs,
        endMs: alignToPeriod(systemClock.now(), 1000),
        seed,
      },
      signal,
      onProgress,
    });
    await work(runner, display, sinceMs);
  } finally {
    await cleanups.run();
  }
}

/** The last problem of each mapping that has records to go: one that has none has got over it. */
function listProblems(
  mappings: Runner["mappings"],
  { topics }: Status,
): string[] {
  const behind = new Set(
    topics.filter(({ lag }) => lag > 0).map(({ topic }) => topic),
  );
  return mappings
    .filter(
      ({ topic, lastProcessingResult }) =>
        behind.has(topic) && lastProcessingResult.startsWith("PROBLEM: "),
    )
    .map(
      ({ topic, lastProcessingResult }) =>
        `${topic}: ${lastProcessingResult.slice("PROBLEM: ".length)}`,
    );
}
