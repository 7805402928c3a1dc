import type { Declaration } from "#compose/serverless/declaration.ts";
import type { Clock } from "#compose/scheduler/scheduler.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import { measureLag } from "./measure-lag.ts";

const POLL_INTERVAL_MS = 200;

export interface ConsumptionWait {
  readonly declaration: Declaration;
  readonly offsets: TopicOffsets;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Waits until the groups have committed all records of these topics; throws the signal's reason. */
export async function waitUntilConsumed(
  { declaration, offsets, clock, signal }: ConsumptionWait,
  topics: readonly string[],
): Promise<void> {
  const mappings = declaration.mappings.filter(({ configuration }) =>
    topics.includes(configuration.topic),
  );
  for (;;) {
    signal.throwIfAborted();
    const progress = await measureLag({ ...declaration, mappings }, offsets);
    if (progress.every(({ lag }) => lag === 0)) return;
    await clock.delay(POLL_INTERVAL_MS, signal);
  }
}
