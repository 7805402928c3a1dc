import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import {
  type BackfillPlan,
  deleteBackfillPlan,
  readBackfillPlan,
  storeBackfillPlan,
} from "./backfill-plan.ts";
import { sumOffsets } from "#shared/domain/topic-lag.ts";
import { sendRange } from "./send-range.ts";

export interface BackfillOptions {
  readonly dataDir: string;
  readonly invoker: Invoker;
  readonly offsets: TopicOffsets;
  /** What to send when the topic is empty. */
  readonly wanted: {
    readonly count: number;
    readonly durationMs: number;
    readonly endMs: number;
    readonly seed: number;
  };
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

/**
 * Sends the plays of the time before now, once: when the topic is empty, or the rest of a backfill that was broken
 * off. Returns the end of the range (milliseconds) when it began one just now, else undefined.
 */
export async function backfill(
  options: BackfillOptions,
): Promise<number | undefined> {
  const { dataDir, offsets, wanted, onProgress } = options;
  if (sumOffsets(await offsets.readEndOffsets(STREAM_EVENTS_TOPIC)) > 0) {
    const plan = await readBackfillPlan(dataDir);
    if (plan === undefined) return undefined;
    onProgress(
      `Going on with the backfill at play ${plan.nextIndex} of ${plan.count}`,
    );
    await sendPlan(options, plan);
    return undefined;
  }
  const plan = {
    from: new Date(wanted.endMs - wanted.durationMs).toISOString(),
    to: new Date(wanted.endMs).toISOString(),
    count: wanted.count,
    seed: wanted.seed,
    nextIndex: 0,
  };
  await storeBackfillPlan(dataDir, plan);
  await sendPlan(options, plan);
  return wanted.endMs;
}

async function sendPlan(
  { dataDir, invoker, signal, onProgress }: BackfillOptions,
  plan: BackfillPlan,
): Promise<void> {
  const { nextIndex, ...range } = plan;
  await sendRange({
    invoker,
    range,
    firstIndex: nextIndex,
    signal,
    // After the invocation: a kill in between sends the slice again, with the same event ids.
    onSent: async (endIndex) => {
      await storeBackfillPlan(dataDir, { ...plan, nextIndex: endIndex });
      onProgress(`Backfill: ${endIndex} of ${plan.count} plays sent`);
    },
  });
  await deleteBackfillPlan(dataDir);
}
