import { Kafka } from "kafkajs";
import { assembleBatch } from "#compose/event-source-mapping/assemble-batch.ts";
import type { BatchLimits } from "#compose/event-source-mapping/assemble-batch.ts";
import { CHOICES } from "#compose/event-source-mapping/choices.ts";
import type { PartialFailures } from "#compose/event-source-mapping/choices.ts";
import { createCounters } from "#compose/event-source-mapping/counters.ts";
import { createRecordFilter } from "#compose/event-source-mapping/create-record-filter.ts";
import type { FetchedRecord } from "#compose/event-source-mapping/encode-record.ts";
import { Flights } from "#compose/event-source-mapping/flights.ts";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import { PartitionBuffer } from "#compose/event-source-mapping/partition-buffer.ts";
import { PartitionRegister } from "#compose/event-source-mapping/partition-register.ts";
import { failing, FAILURE, THROTTLED } from "./run-batch-scene.ts";
import {
  fetchedRecord,
  FORMAT,
  measureRecord,
  namesOf,
} from "./fetched-records.ts";

/** Late enough for records of any age. */
export const STARTED_AT_MS = 150_000;

/** What happens to one invocation; a list gives the indexes of the records that it reports as failed. */
export type Step =
  | "success"
  | "error"
  | "throttle"
  | "crash"
  | "invalid"
  | "stop_and_success"
  | "stop_and_error"
  | readonly number[];

export interface RecordPlan {
  readonly isWanted: boolean;
  readonly valueBytes: number;
  readonly timestampMs: number;
}

export interface RunPlan {
  /** By partition. */
  readonly records: readonly (readonly RecordPlan[])[];
  /** One after the other; then all succeeds. */
  readonly script: readonly Step[];
  readonly limits: BatchLimits;
  readonly maximumInvocations: number;
  readonly maximumRetryAttempts: number;
  readonly bisects: boolean;
  readonly partialFailures: PartialFailures | null;
  readonly maximumRecordAgeMs: number | null;
  /** `null` = none; else how many records of a failed batch it takes. */
  readonly destinationTakes: number | null;
}

/** Records as `<partition>:<offset>`, once for each time they came to that end. */
export interface Ends {
  readonly filtered: readonly string[];
  readonly succeeded: readonly string[];
  readonly delivered: readonly string[];
  readonly undelivered: readonly string[];
}

const FILTER = '{"value":{"kind":["wanted"]}}';

/**
 * Handles all records by the real flights, from full buffers to rest, as a poller would: what a stop gave up is taken
 * again from behind what was handled. Time passes in back-offs only.
 */
export async function runToRest(plan: RunPlan) {
  const counters = createCounters();
  const succeeded: string[] = [];
  const delivered: string[] = [];
  const undelivered: string[] = [];
  const invoked: string[] = [];
  const script = [...plan.script];
  const register = new PartitionRegister(() => undefined);
  const passes = createRecordFilter([FILTER]) ?? (() => true);
  const log = plan.records.map((records) => records.map(toRecord));
  const partitions = log.map((records, partition) => ({
    partition,
    buffer: new PartitionBuffer(measureRecord(partition)),
    isFull: false,
    wanted: records.filter(({ value }) => passes(value)),
  }));
  let nowMs = STARTED_AT_MS;
  let isStopping = false;

  const answer = (sent: readonly string[]): InvocationResult => {
    const step = script.shift() ?? "success";
    if (step === "stop_and_success" || step === "stop_and_error") {
      isStopping = true;
      flights.abort("stopping");
    }
    switch (step) {
      case "success":
      case "stop_and_success":
        succeeded.push(...sent);
        return failing();
      case "error":
      case "stop_and_error":
        return FAILURE;
      case "throttle":
        return THROTTLED;
      case "crash":
        throw new Error("The function's process is gone.");
      case "invalid":
        // Without the setting the response is ignored.
        if (plan.partialFailures === null) succeeded.push(...sent);
        return failing("9:9");
      default: {
        const failed = new Set(
          step.map((index) => sent[index % sent.length] ?? ""),
        );
        succeeded.push(
          ...sent.filter((name) => !comesAgain(plan, name, failed)),
        );
        return failing(...failed);
      }
    }
  };
  const flights: Flights = new Flights(
    {
      kafka: new Kafka({ brokers: ["127.0.0.1:1"] }),
      groupId: "group",
      topic: FORMAT.topic,
      startingPosition: { kind: "TRIM_HORIZON" },
      choices: CHOICES,
      limits: plan.limits,
      maximumInvocations: plan.maximumInvocations,
      environment: {
        functionName: "example",
        format: FORMAT,
        invoker: {
          invoke: async (_, payload) => {
            const event: {
              records: Record<string, { partition: number; offset: number }[]>;
            } = JSON.parse(Buffer.from(payload).toString("utf8"));
            const sent = Object.values(event.records)
              .flat()
              .map(({ partition, offset }) => `${partition}:${offset}`);
            invoked.push(...sent);
            // Others begin meanwhile.
            await Promise.resolve();
            return answer(sent);
          },
        },
        clock: {
          now: () => nowMs,
          elapsed: () => nowMs,
          delay: (durationMs) => {
            nowMs += durationMs;
            return Promise.resolve();
          },
        },
        retryPolicy: {
          maximumRetryAttempts: plan.maximumRetryAttempts,
          hasDestination: plan.destinationTakes !== null,
          maximumRetriesWithDestination: CHOICES.maximumRetriesWithDestination,
        },
        backoff: CHOICES,
        bisects: plan.bisects,
        partialFailures: plan.partialFailures,
        maximumRecordAgeMs: plan.maximumRecordAgeMs,
        destination:
          plan.destinationTakes === null
            ? null
            : {
                deliver: ({ slices }) => {
                  const names = namesOf(slices);
                  const taken = names.slice(0, plan.destinationTakes ?? 0);
                  delivered.push(...taken);
                  undelivered.push(...names.slice(taken.length));
                  return Promise.resolve({
                    deliveredCount: taken.length,
                    errors: [],
                  });
                },
                close: () => Promise.resolve(),
              },
        counters,
        onProblem: () => undefined,
      },
      recordFilter: passes,
      register,
      onSuccess: () => undefined,
      isOwned: () => true,
    },
    {
      onHandled: () => undefined,
      onAdvanced: () => undefined,
      onInternalError: () => {
        throw new Error("A batch failed in the mapping itself.");
      },
    },
  );

  const poll = (): void => {
    isStopping = false;
    for (const { partition, buffer, wanted } of partitions) {
      counters.PolledEventCount -= buffer.clear();
      const handled = register.handledOffset(partition) ?? 0;
      const rest = wanted.filter(({ offset }) => Number(offset) >= handled);
      counters.PolledEventCount += rest.length;
      buffer.append(rest, nowMs);
    }
  };
  const beginFlights = (): void => {
    for (;;) {
      if (isStopping || flights.count >= plan.maximumInvocations) return;
      const next = assembleBatch(
        partitions.filter(({ partition }) => register.isFree(partition)),
        plan.limits,
        FORMAT,
        nowMs,
        plan.maximumInvocations - flights.count,
      );
      if (next.kind === "nothing") return;
      if (next.kind === "open") throw new Error("There is no window.");
      flights.begin(next);
    }
  };
  const filtered = partitions.flatMap(({ partition, wanted }) =>
    namesOf([
      {
        partition,
        records: (log[partition] ?? []).filter(
          (record) => !wanted.includes(record),
        ),
      },
    ]),
  );
  counters.PolledEventCount += filtered.length;
  counters.FilteredOutEventCount += filtered.length;
  poll();
  for (;;) {
    beginFlights();
    if (flights.count > 0) await flights.landed();
    else if (!isStopping) break;
    if (isStopping) poll();
  }
  const ends: Ends = { filtered, succeeded, delivered, undelivered };
  return { counters, pendingEventCount: flights.eventCount, invoked, ends };
}

/** Whether a partial failure has the record sent again, in the reading of the plan. */
function comesAgain(
  { partialFailures }: RunPlan,
  name: string,
  failed: ReadonlySet<string>,
): boolean {
  if (partialFailures === null) return false;
  if (partialFailures === "listed") return failed.has(name);
  const [partition, offset] = name.split(":");
  return [...failed].some((other) => {
    const [otherPartition, lowest] = other.split(":");
    return partition === otherPartition && Number(offset) >= Number(lowest);
  });
}

const toRecord = (
  { isWanted, valueBytes, timestampMs }: RecordPlan,
  offset: number,
): FetchedRecord =>
  fetchedRecord(offset, {
    timestamp: String(timestampMs),
    value: Buffer.from(
      JSON.stringify({
        kind: isWanted ? "wanted" : "other",
        filling: "x".repeat(valueBytes),
      }),
    ),
  });
