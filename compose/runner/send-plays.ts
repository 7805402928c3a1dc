import { once } from "node:events";

import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { startScheduler } from "#compose/scheduler/scheduler.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import type { CatalogueSizes } from "#shared/domain/catalogue/sizes.ts";
import { PipelineError } from "#shared/errors.ts";
import { createCleanups } from "./cleanups.ts";
import { loadCatalogue } from "./load-catalogue.ts";
import { loadDeclaration, type Environment } from "./load-declaration.ts";
import { openInvoker, type OpenInvoker } from "./open-invoker.ts";
import { sendRange } from "./send-range.ts";
import { PRODUCER } from "./start-runner.ts";
import {
  waitUntilConsumed,
  type ConsumptionWait,
} from "./wait-until-consumed.ts";

const DEFAULT_RANGE_MS = 3 * 60 * 60_000;
// Many times what functions that run need for a catalogue, and no reason to wait for ever when none run.
const CATALOGUE_TIMEOUT_MS = 15_000;
const SECOND_MS = 1000;

/** What somebody asks for at the keyboard; shares are 0 to 1, times RFC 3339, the rate is in plays per second. */
export interface PlayWishes {
  readonly count?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly from?: string;
  readonly to?: string;
  readonly late?: number;
  readonly outOfOrder?: number;
  readonly duplicates?: number;
  readonly orphans?: number;
  readonly malformed?: number;
}

export interface SendPlaysOptions {
  readonly dataDir: string;
  readonly environment: Environment;
  readonly kafkaBootstrapServers: string;
  readonly wishes: PlayWishes;
  readonly sizes: Partial<CatalogueSizes>;
  readonly defaults: { readonly seed: number; readonly rate: number };
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

/**
 * Sends the catalogue where it is missing (all of it when another seed or size is wished), then the plays: a number
 * of them, or on and on until the signal. Throws `conflicting_options` (user), `function_failed`.
 */
export async function sendPlays(options: SendPlaysOptions): Promise<void> {
  const {
    dataDir,
    environment,
    kafkaBootstrapServers,
    wishes,
    defaults,
    signal,
    onProgress,
  } = options;
  const { count, rate, seed = defaults.seed } = wishes;
  if (
    count === undefined &&
    (wishes.from !== undefined || wishes.to !== undefined)
  ) {
    throw new PipelineError(
      "--from and --to say where a number of plays goes: give --count with them.",
      {
        code: "conflicting_options",
        domain: "user",
      },
    );
  }
  const declaration = await loadDeclaration({
    ...environment,
    KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
  });
  const cleanups = createCleanups();
  try {
    const offsets = createTopicOffsets({
      bootstrapServers: kafkaBootstrapServers.split(","),
    });
    cleanups.add(() => offsets.close());
    const invoker = openInvoker(declaration, dataDir);
    cleanups.add(() => invoker.stop());
    await loadCatalogue({
      invoker,
      offsets,
      seed,
      sizes: options.sizes,
      sendsAgain:
        wishes.seed !== undefined || Object.keys(options.sizes).length > 0,
      waitUntilLoaded: createCatalogueWait(
        { declaration, offsets, clock: systemClock, signal },
        onProgress,
      ),
      onProgress,
    });
    const event = { seed, catalogue: options.sizes, ...pickShares(wishes) };
    if (count === undefined)
      await sendLive(options, invoker, {
        ...event,
        rate: rate ?? defaults.rate,
      });
    else await sendCount(options, invoker, event, count);
  } finally {
    await cleanups.run();
  }
  if (signal.aborted) onProgress("Stopped.");
}

/** Waits for the functions once; when none has taken the catalogue by then, says so and goes on without them. */
function createCatalogueWait(
  wait: ConsumptionWait,
  onProgress: (message: string) => void,
) {
  let isAlone = false;
  return async (topics: readonly string[]): Promise<void> => {
    if (isAlone) return;
    const timeout = AbortSignal.timeout(CATALOGUE_TIMEOUT_MS);
    try {
      await waitUntilConsumed(
        { ...wait, signal: AbortSignal.any([wait.signal, timeout]) },
        topics,
      );
    } catch (error) {
      if (wait.signal.aborted || !timeout.aborted) throw error;
      isAlone = true;
      onProgress(
        `No function has loaded ${topics.join(", ")} within ${CATALOGUE_TIMEOUT_MS / 1000} s. The plays are sent all the same; where they are read before the catalogue, they become dead letters.`,
      );
    }
  };
}

/** Sends a number of plays over a range of time, at the wished rate or as fast as it goes. */
async function sendCount(
  { wishes, signal, onProgress }: SendPlaysOptions,
  invoker: OpenInvoker,
  event: Readonly<Record<string, unknown>>,
  count: number,
): Promise<void> {
  const { rate, to = new Date(systemClock.now()).toISOString() } = wishes;
  const from =
    wishes.from ?? new Date(Date.parse(to) - DEFAULT_RANGE_MS).toISOString();
  const startedAtMs = systemClock.now();
  await sendRange({
    invoker,
    range: { ...event, from, to, count },
    ...(rate === undefined
      ? {}
      : { slicePlays: Math.max(1, Math.round(rate)) }),
    signal,
    onSent: async (endIndex) => {
      onProgress(`${endIndex} of ${count} plays sent`);
      if (rate === undefined || endIndex >= count) return;
      const dueAtMs = startedAtMs + (endIndex / rate) * SECOND_MS;
      await systemClock.delay(Math.max(0, dueAtMs - systemClock.now()), signal);
    },
  });
}

/** Sends the plays of every second as it ends, until the signal. */
async function sendLive(
  { signal, onProgress }: SendPlaysOptions,
  invoker: OpenInvoker,
  event: Readonly<Record<string, unknown>> & { readonly rate: number },
): Promise<void> {
  const template = JSON.stringify({ ...event, time: "<time>", period: "1s" });
  const scheduler = startScheduler({
    schedules: [
      {
        name: "produce",
        functionName: PRODUCER,
        periodMs: SECOND_MS,
        region: "local",
        input: {
          kind: "transformer",
          inputPathsMap: { time: "$.time" },
          inputTemplate: template.replace('"<time>"', "<time>"),
        },
      },
    ],
    invoker,
    clock: systemClock,
    log: onProgress,
  });
  onProgress(`Sending ${event.rate} plays a second until Ctrl-C`);
  if (!signal.aborted) await once(signal, "abort");
  await scheduler.stop();
}

function pickShares({
  late,
  outOfOrder,
  duplicates,
  orphans,
  malformed,
}: PlayWishes): Record<string, number> {
  const shares = Object.entries({
    late,
    outOfOrder,
    duplicates,
    orphans,
    malformed,
  });
  return Object.fromEntries(
    shares.filter((share): share is [string, number] => share[1] !== undefined),
  );
}
