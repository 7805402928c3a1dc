import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

/** A partition of `stream-events` whose records the function gets no hold of until it is released. */
export interface HeldPartition {
  readonly wrap: (invoker: Invoker) => Invoker;
  /** Invocations that were turned away as throttled. */
  readonly heldCount: () => number;
  readonly release: () => void;
}

/** Throttles every invocation with records of the partition. */
export function holdPartition(partition: number): HeldPartition {
  const key = JSON.stringify(`${STREAM_EVENTS_TOPIC}-${partition}`);
  let isHeld = true;
  let count = 0;
  return {
    heldCount: () => count,
    release: () => {
      isHeld = false;
    },
    wrap: (invoker) => ({
      invoke: async (functionName, payload) => {
        if (isHeld && Buffer.from(payload.buffer).includes(`${key}:`)) {
          count += 1;
          return { kind: "throttled" };
        }
        return invoker.invoke(functionName, payload);
      },
    }),
  };
}
