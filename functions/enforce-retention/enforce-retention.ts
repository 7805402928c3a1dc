import { z } from "zod";

import { PipelineError } from "#shared/errors.ts";
import {
  type InvocationTime,
  keepReserve,
} from "#shared/lambda/keep-reserve.ts";
import type { InvocationSummary } from "#shared/lambda/log-invocation.ts";
import {
  KEPT,
  type Kept,
  type RetentionStore,
} from "#shared/ports/retention-store.ts";

export interface Ports {
  readonly store: RetentionStore;
  /** For how long, in milliseconds; what is left out is kept for ever. */
  readonly retentionMs: Readonly<Partial<Record<Kept, number | undefined>>>;
}

/** A scheduled event, or a request without anything to say. */
const retentionEvent = z.union([
  z.looseObject({ "detail-type": z.literal("Scheduled Event") }),
  z.strictObject({}),
]);

/** A transaction of so many rows holds no lock for long. */
const ROWS_PER_TRANSACTION = 10_000;

/**
 * Gives up what is older than its setting says: first a stored horizon is moved on, then what lies before it is deleted
 * in small steps while there is time. The next run goes on where this one stopped, and running it again changes nothing.
 */
export const enforceRetention =
  ({ store, retentionMs }: Ports) =>
  async (
    event: unknown,
    time: InvocationTime,
  ): Promise<{ summary: InvocationSummary }> => {
    if (!retentionEvent.safeParse(event).success) {
      throw new PipelineError(
        "enforce-retention was given an event it does not know; expected a scheduled event, or {}.",
        { code: "invalid_event", domain: "user" },
      );
    }
    const hasTime = keepReserve(time);
    const summary: Record<string, number | boolean> = {};
    for (const kept of KEPT) {
      const keptMs = retentionMs[kept];
      if (keptMs === undefined || !hasTime()) continue;
      // Busy micro-batches keep it where it is until the next run; what lies before it can go all the same.
      if (!(await store.advanceHorizon(kept, keptMs)))
        summary[`is_${kept}_horizon_busy`] = true;
      summary[kept] = await removeAll(kept);
    }
    return { summary };

    async function removeAll(kept: Kept): Promise<number> {
      let removedCount = 0;
      for (;;) {
        const count = await store.removeBeforeHorizon(
          kept,
          ROWS_PER_TRANSACTION,
        );
        removedCount += count;
        if (count < ROWS_PER_TRANSACTION || !hasTime()) return removedCount;
      }
    }
  };
