import {
  createCounters,
  type CountersSnapshot,
} from "#compose/event-source-mapping/counters.ts";
import type {
  InvocationResult,
  Invoker,
} from "#compose/event-source-mapping/invoker.ts";
import type { CountingMapping } from "#compose/metrics/list-mapping-families.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

/** An invoker that notes every event and answers success, unless told otherwise. */
export class RecordingInvoker implements Invoker {
  readonly events: {
    readonly functionName: string;
    readonly event: unknown;
  }[] = [];
  onInvoke: () => InvocationResult | undefined = () => undefined;

  invoke(functionName: string, payload: Uint8Array): Promise<InvocationResult> {
    this.events.push({
      functionName,
      event: JSON.parse(Buffer.from(payload).toString()),
    });
    return Promise.resolve(
      this.onInvoke() ?? { kind: "success", requestId: "1", payload: null },
    );
  }
}

/** An invoker that answers with these results, one after another. */
export function sequenceInvoker(
  results: readonly (InvocationResult | Error)[],
): Invoker {
  const left = [...results];
  return {
    invoke: async () => {
      const result = left.shift();
      if (result === undefined || result instanceof Error) throw result;
      return result;
    },
  };
}

/** A mapping of `stream-events` that has counted this, and nothing else. */
export function countingMapping(
  functionName: string,
  counted: Partial<CountersSnapshot>,
): CountingMapping {
  return {
    topic: STREAM_EVENTS_TOPIC,
    functionName,
    counters: () => ({
      ...createCounters(),
      PendingEventCount: 0,
      MaxOffsetLag: 0,
      SumOffsetLag: 0,
      ...counted,
    }),
  };
}

/** Offsets of topics with one partition each. */
export function fixedOffsets(
  ends: Readonly<Record<string, number>>,
): TopicOffsets {
  const of = (topic: string) =>
    Promise.resolve(new Map([[0, ends[topic] ?? 0]]));
  return {
    readEndOffsets: of,
    readStartOffsets: () => Promise.resolve(new Map([[0, 0]])),
    readCommittedOffsets: (_group, topic) => of(topic),
  };
}

/** A status of a stream that is drained and has its windows closed. */
export const DRAINED: Status = {
  readAt: "2026-01-01T12:00:00.000Z",
  topics: [
    {
      topic: "users",
      consumerGroup: "load-users",
      endOffsetSum: 100,
      lag: 0,
      lagSeconds: 0,
      partitionsBehind: [],
    },
    {
      topic: "stream-events",
      consumerGroup: "aggregate-micro-batch",
      endOffsetSum: 100_000,
      lag: 0,
      lagSeconds: 0,
      partitionsBehind: [],
    },
  ],
  watermark: "2026-01-01T11:50:00.000Z",
  lateWindows: [],
  watermarkDelaySeconds: 600.25,
  windows: [
    {
      kind: "minutes",
      openCount: 0,
      closedCount: 36,
      dueCount: 0,
      markedCount: 0,
      closedUntil: "2026-01-01T11:50:00Z",
    },
    {
      kind: "hourly",
      openCount: 0,
      closedCount: 3,
      dueCount: 0,
      markedCount: 0,
      closedUntil: "2026-01-01T11:00:00Z",
    },
  ],
  letters: {
    waiting: 0,
    due: 0,
    redriven: 0,
    resolved: 0,
    buried: 0,
    oldestWaitingAt: null,
    oldestWaitingSeconds: null,
  },
  plays: {
    handled: 100_000,
    accepted: 99_900,
    duplicate: 60,
    redelivered: 0,
    late: 7,
  },
  rejected: { malformed_json: 30, unknown_reference: 10 },
};
