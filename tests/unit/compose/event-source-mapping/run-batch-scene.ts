import { createCounters } from "#compose/event-source-mapping/counters.ts";
import type { PartitionSlice } from "#compose/event-source-mapping/encode-event.ts";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import type { FailedBatch } from "#compose/event-source-mapping/on-failure-destination.ts";
import { runBatch } from "#compose/event-source-mapping/run-batch.ts";
import type { BatchEnvironment } from "#compose/event-source-mapping/run-batch.ts";
import { encodeItemFailures } from "#tests/support/event-source-mapping/item-failures.ts";
import { fetchedRecord, FORMAT, namesOf, slice } from "./fetched-records.ts";

export const FAILURE: InvocationResult = {
  kind: "function_error",
  requestId: "r",
  functionError: "Unhandled",
  payload: null,
};
export const THROTTLED: InvocationResult = { kind: "throttled" };

/** What a function answers to records, as `<partition>:<offset>`. */
export type Answer = (
  sent: readonly string[],
  nowMs: number,
) => InvocationResult;

/** The answer of a function that reports these records as failed; none of them is a success. */
export const failing = (...records: string[]): InvocationResult => ({
  kind: "success",
  requestId: "r",
  payload: encodeItemFailures("plays", records),
});

/** The first `count` records of a partition. */
export const numbered = (partition: number, count: number, timestamp = "0") =>
  slice(
    partition,
    Array.from({ length: count }, (_, offset) =>
      fetchedRecord(offset, { timestamp }),
    ),
  );

/** Runs a batch to its end, with two retries, a destination that takes everything and a clock that waits for nothing. */
export async function run(
  slices: readonly PartitionSlice[],
  answer: Answer,
  changes: Partial<BatchEnvironment> = {},
) {
  const attempts: string[][] = [];
  const outcomes: [string, string][] = [];
  const delivered: FailedBatch[] = [];
  const delays: number[] = [];
  const counters = createCounters();
  let nowMs = 0;
  await runBatch(
    {
      functionName: "example",
      format: FORMAT,
      invoker: {
        invoke: (_, payload) => {
          const {
            records,
          }: {
            records: Record<string, { partition: number; offset: number }[]>;
          } = JSON.parse(Buffer.from(payload).toString("utf8"));
          const sent = Object.values(records)
            .flat()
            .map(({ partition, offset }) => `${partition}:${offset}`);
          attempts.push(sent);
          return Promise.resolve(answer(sent, nowMs));
        },
      },
      clock: {
        now: () => nowMs,
        elapsed: () => nowMs,
        delay: (durationMs) => {
          delays.push(durationMs);
          nowMs += durationMs;
          return Promise.resolve();
        },
      },
      retryPolicy: {
        maximumRetryAttempts: 2,
        hasDestination: true,
        maximumRetriesWithDestination: 10,
      },
      backoff: { firstBackoffMs: 1000, maximumBackoffMs: 30_000 },
      bisects: false,
      partialFailures: null,
      maximumRecordAgeMs: null,
      destination: {
        deliver: (batch) => {
          delivered.push(batch);
          return Promise.resolve({
            deliveredCount: namesOf(batch.slices).length,
            errors: [],
          });
        },
        close: () => Promise.resolve(),
      },
      counters,
      onProblem: () => undefined,
      ...changes,
    },
    slices,
    new AbortController().signal,
    (resolution) => {
      for (const name of namesOf(resolution.slices))
        outcomes.push([name, resolution.kind]);
    },
  );
  const outcomesOf = (kind: string) =>
    outcomes.filter(([, outcome]) => outcome === kind).map(([name]) => name);
  return { attempts, outcomes, outcomesOf, delivered, delays, counters };
}
