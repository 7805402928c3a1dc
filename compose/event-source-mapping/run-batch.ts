import type { PartialFailures } from "./choices.ts";
import type { Clock } from "./clock.ts";
import type { EventCounters } from "./counters.ts";
import { countRecords, divideSlices, halveSlices } from "./divide-slices.ts";
import { encodeEvent } from "./encode-event.ts";
import type { EventFormat, PartitionSlice } from "./encode-event.ts";
import type { FetchedRecord } from "./encode-record.ts";
import type { InvocationResult, Invoker } from "./invoker.ts";
import type {
  Failure,
  OnFailureDestination,
} from "./on-failure-destination.ts";
import { readBatchItemFailures } from "./read-batch-item-failures.ts";
import { backoffMs, mayRetry } from "./retry-decision.ts";
import type { RetryPolicy } from "./retry-decision.ts";

/** What a batch needs to come to its end; the same for all batches of a mapping. */
export interface BatchEnvironment {
  readonly functionName: string;
  readonly format: EventFormat;
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly retryPolicy: RetryPolicy;
  readonly backoff: {
    readonly firstBackoffMs: number;
    readonly maximumBackoffMs: number;
  };
  readonly bisects: boolean;
  /** `null` = the function's response is ignored. */
  readonly partialFailures: PartialFailures | null;
  readonly maximumRecordAgeMs: number | null;
  readonly destination: OnFailureDestination | null;
  readonly counters: EventCounters;
  readonly onProblem: (problem: string) => void;
}

/** Records of a batch that come to their outcome together. */
export type Resolution =
  | { readonly kind: "succeeded"; readonly slices: readonly PartitionSlice[] }
  | {
      readonly kind: "disposed";
      readonly slices: readonly PartitionSlice[];
      readonly deliveredCount: number;
      readonly droppedCount: number;
    };

/** What is left of a batch, or a part of it, after splits and partial failures. */
interface Part {
  readonly slices: readonly PartitionSlice[];
  /** Attempts that count against the declared limit: a split spends none. */
  readonly spentAttempts: number;
  /** Function errors and partial failures so far, those before a split included. */
  readonly failedInvocations: number;
  /** Failures of this part in a row, of whatever kind. */
  readonly failures: number;
  readonly requestId: string | null;
}

type Answer =
  | { readonly kind: "success" }
  | { readonly kind: "hindered"; readonly problem: string }
  | {
      readonly kind: "failed";
      readonly problem: string;
      readonly requestId: string;
      readonly functionError: "Handled" | "Unhandled" | null;
    }
  | {
      readonly kind: "partial";
      readonly problem: string;
      readonly requestId: string;
      readonly failed: readonly PartitionSlice[];
      readonly succeeded: readonly PartitionSlice[];
    };

/**
 * Invokes the function with one batch, or with what is left of it, until each record has succeeded or is disposed of
 * (event-source-mapping.md, 12 and 16 to 21); `onResolved` gets every record once, at that moment. Once the signal is
 * aborted, a running invocation is awaited, and only what it did successfully still counts: the rest is not resolved.
 */
export async function runBatch(
  environment: BatchEnvironment,
  slices: readonly PartitionSlice[],
  signal: AbortSignal,
  onResolved: (resolution: Resolution) => void,
): Promise<void> {
  const parts: Part[] = [
    {
      slices,
      spentAttempts: 0,
      failedInvocations: 0,
      failures: 0,
      requestId: null,
    },
  ];
  while (!signal.aborted) {
    const part = parts.shift();
    if (part === undefined) return;
    parts.unshift(...(await attempt(environment, part, signal, onResolved)));
  }
}

/** One invocation with a part; answers with what is to be invoked next in its place, after the back-off. */
async function attempt(
  environment: BatchEnvironment,
  whole: Part,
  signal: AbortSignal,
  onResolved: (resolution: Resolution) => void,
): Promise<readonly Part[]> {
  const { clock, counters, backoff, retryPolicy, format } = environment;
  const part = await disposeExpired(environment, whole, onResolved);
  if (part.slices.length === 0) return [];
  if (signal.aborted) return [part];
  const recordCount = countRecords(part.slices);
  counters.InvokedEventCount += recordCount;
  const result = await invoke(environment, part.slices);
  const answer = readAnswer(environment, part.slices, result);
  if (answer.kind === "success") {
    onResolved({ kind: "succeeded", slices: part.slices });
    return [];
  }
  if (answer.kind === "partial") {
    counters.FailedInvokeEventCount += countRecords(answer.failed);
    if (answer.succeeded.length > 0)
      onResolved({ kind: "succeeded", slices: answer.succeeded });
  } else {
    counters.InvokeErrorCount += 1;
    counters.FailedInvokeEventCount += recordCount;
  }
  environment.onProblem(answer.problem);
  if (signal.aborted) return [part];

  const failures = part.failures + 1;
  let next: Part = { ...part, failures };
  if (answer.kind !== "hindered") {
    next = {
      slices: answer.kind === "partial" ? answer.failed : part.slices,
      spentAttempts: part.spentAttempts + 1,
      failedInvocations: part.failedInvocations + 1,
      failures,
      requestId: answer.requestId,
    };
    if (answer.kind === "failed" && environment.bisects && recordCount > 1) {
      // At once, and with the attempts of before: waiting at each step would keep ten thousand records from the one
      // that is to blame for five minutes.
      return halveSlices(part.slices, format).map((slices) => ({
        ...next,
        slices,
        spentAttempts: part.spentAttempts,
        failures: 0,
      }));
    }
    if (!mayRetry(retryPolicy, next.spentAttempts)) {
      const functionError =
        answer.kind === "partial" ? null : answer.functionError;
      onResolved(
        await dispose(environment, next.slices, {
          condition: "retries_exhausted",
          requestId: next.requestId,
          response: { functionError },
          approximateInvokeCount: next.failedInvocations,
        }),
      );
      return [];
    }
  }
  await clock.delay(backoffMs(failures, backoff), signal);
  return [next];
}

/** Judges each record's age, where one is declared, and disposes of those past it (21). */
async function disposeExpired(
  environment: BatchEnvironment,
  part: Part,
  onResolved: (resolution: Resolution) => void,
): Promise<Part> {
  const { maximumRecordAgeMs, clock, format } = environment;
  if (maximumRecordAgeMs === null) return part;
  const oldestMs = clock.now() - maximumRecordAgeMs;
  const [expired, slices] = divideSlices(
    part.slices,
    format,
    // A negative time is none.
    ({ timestamp }) => Number(timestamp) >= 0 && Number(timestamp) < oldestMs,
  );
  if (expired.length === 0) return part;
  onResolved(
    await dispose(environment, expired, {
      condition: "record_age_exceeded",
      requestId: part.requestId,
      response: null,
      approximateInvokeCount: part.failedInvocations,
    }),
  );
  return { ...part, slices };
}

/** A record that no event can hold: to the destination, or dropped and counted, without an invocation (10). */
export function disposeOversized(
  environment: BatchEnvironment,
  slice: PartitionSlice,
): Promise<Resolution> {
  environment.onProblem(
    `A record of ${slice.encodedBytes} bytes in an event passes the payload limit (partition ${slice.partition}, offset ${slice.records[0]?.offset}).`,
  );
  return dispose(environment, [slice], {
    condition: "maximum_payload_size_exceeded",
    requestId: null,
    response: null,
    approximateInvokeCount: 0,
  });
}

function readAnswer(
  environment: BatchEnvironment,
  slices: readonly PartitionSlice[],
  result: InvocationResult,
): Answer {
  const { functionName, format, partialFailures } = environment;
  if (result.kind === "throttled" || result.kind === "service_error")
    return { kind: "hindered", problem: describe(functionName, result) };
  const { requestId } = result;
  if (result.kind === "function_error") {
    const { functionError } = result;
    const problem = describe(functionName, result);
    return { kind: "failed", problem, requestId, functionError };
  }
  if (partialFailures === null) return { kind: "success" };
  const items = readBatchItemFailures(result.payload, format.topic, slices);
  if (items.kind === "none") return { kind: "success" };
  if (items.kind === "invalid") {
    const problem = `Function ${functionName} answered with item failures that cannot be read: ${items.reason}.`;
    return { kind: "failed", problem, requestId, functionError: null };
  }
  const [failed, succeeded] = divideSlices(
    slices,
    format,
    failsBy(partialFailures, items.offsets),
  );
  const problem = `Function ${functionName} reported ${countRecords(failed)} of ${countRecords(slices)} records as failed.`;
  return { kind: "partial", problem, requestId, failed, succeeded };
}

/** Whether a record is sent again after a partial failure, in either reading (20). */
function failsBy(
  reading: PartialFailures,
  offsets: ReadonlyMap<number, ReadonlySet<number>>,
): (record: FetchedRecord, partition: number) => boolean {
  if (reading === "listed")
    return ({ offset }, partition) =>
      offsets.get(partition)?.has(Number(offset)) ?? false;
  const lowest = new Map(
    [...offsets].map(([partition, failed]) => [
      partition,
      [...failed].reduce((low, offset) => Math.min(low, offset)),
    ]),
  );
  return ({ offset }, partition) =>
    Number(offset) >= (lowest.get(partition) ?? Number.POSITIVE_INFINITY);
}

async function invoke(
  { invoker, functionName, format }: BatchEnvironment,
  slices: readonly PartitionSlice[],
): Promise<InvocationResult> {
  // Encoded for each attempt, as the invoker may have taken the bytes of the one before.
  const payload = encodeEvent(format, slices);
  try {
    return await invoker.invoke(functionName, payload);
  } catch (error) {
    return {
      kind: "service_error",
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Event-source-mapping.md, 22 and 26: nothing that goes wrong here stops the partition. */
async function dispose(
  { destination, onProblem }: BatchEnvironment,
  slices: readonly PartitionSlice[],
  failure: Failure,
): Promise<Resolution> {
  const recordCount = countRecords(slices);
  if (destination === null)
    return {
      kind: "disposed",
      slices,
      deliveredCount: 0,
      droppedCount: recordCount,
    };
  const { deliveredCount, errors } = await destination.deliver({
    slices,
    failure,
  });
  for (const error of errors)
    onProblem(
      `Delivery to the on-failure destination failed: ${error.message}`,
    );
  return {
    kind: "disposed",
    slices,
    deliveredCount,
    droppedCount: recordCount - deliveredCount,
  };
}

function describe(
  functionName: string,
  result: Exclude<InvocationResult, { kind: "success" }>,
): string {
  if (result.kind === "throttled")
    return `Function ${functionName} is throttled.`;
  if (result.kind === "service_error") {
    return `Function ${functionName} could not be invoked: ${result.message}`;
  }
  return `Function ${functionName} failed (${result.functionError}): ${errorMessage(result.payload)}`;
}

const LONGEST_MESSAGE = 500;

// The message may quote a record, so that it is cut short; the function's own log has the whole of it.
function errorMessage(payload: Uint8Array | null): string {
  if (payload === null) return "no details";
  return Buffer.from(payload).toString("utf8", 0, LONGEST_MESSAGE);
}
