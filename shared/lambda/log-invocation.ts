import type { Logger } from "@aws-lambda-powertools/logger";
import type { MiddlewareObj, Request } from "@middy/core";

import { findRecordingSpan } from "#shared/tracing/spans.ts";

import type { DecodedBatch } from "./decode-records.ts";
import {
  type PartitionSummary,
  summarizePartitions,
} from "./summarize-partitions.ts";

/** The two methods of the project's logger that are used. */
export type InvocationLogger = Pick<Logger, "info" | "error">;

/** Names and numbers that a handler returns as `summary` for its line in the log. */
export type InvocationSummary = Readonly<Record<string, unknown>>;

interface Start {
  readonly atMs: number;
  readonly records?: number;
  readonly partitions?: readonly PartitionSummary[];
}

/** How many errors are followed down an error's causes. */
const MAX_CAUSES = 5;

/**
 * Writes one line per invocation: what came (records, offsets), the handler's `summary`, `duration_ms`; an error
 * with its code, its message and its causes. Payloads are never written. To be used last: an error's hooks run in
 * reverse order, and every hook here returns nothing, since a value would tell the caller that all went well.
 */
export function logInvocation({
  logger,
}: {
  readonly logger: InvocationLogger;
}): MiddlewareObj {
  const starts = new WeakMap<Request, Start>();
  const describe = (request: Request) => {
    // An error of an earlier middleware comes before this one has seen the invocation start.
    const { atMs, ...input } = starts.get(request) ?? {
      atMs: performance.now(),
    };
    const traceId = findRecordingSpan()?.spanContext().traceId;
    return {
      ...input,
      ...(traceId === undefined ? {} : { trace_id: traceId }),
      duration_ms: Math.round((performance.now() - atMs) * 1000) / 1000,
    };
  };
  return {
    name: "log-invocation",
    before: (request) => {
      const input = isBatch(request.event)
        ? {
            records: request.event.records.length,
            partitions: summarizePartitions(request.event.records),
          }
        : {};
      starts.set(request, { atMs: performance.now(), ...input });
    },
    after: (request) => {
      logger.info("invocation", {
        ...describe(request),
        ...readSummary(request.response),
      });
    },
    onError: (request) => {
      logger.error("invocation failed", {
        ...describe(request),
        errors: describeErrors(request.error),
      });
    },
  };
}

/** Whether an event is decoded already. */
export function isBatch(event: unknown): event is DecodedBatch {
  return (
    typeof event === "object" &&
    event !== null &&
    "records" in event &&
    Array.isArray(event.records)
  );
}

/** What a handler returns for its line in the log. */
export function readSummary(response: unknown): InvocationSummary {
  if (
    typeof response !== "object" ||
    response === null ||
    !("summary" in response)
  )
    return {};
  const { summary } = response;
  return typeof summary === "object" && summary !== null ? { ...summary } : {};
}

/** An error and its causes, outermost first. */
function describeErrors(error: unknown): Record<string, unknown>[] {
  const described: Record<string, unknown>[] = [];
  for (let current = error; current !== undefined && current !== null;) {
    if (described.length === MAX_CAUSES) break;
    if (!(current instanceof Error)) {
      described.push({
        name: typeof current,
        message: "something that is no Error was thrown",
      });
      break;
    }
    described.push({
      name: current.name,
      ...("code" in current ? { code: current.code } : {}),
      message: current.message,
    });
    current = current.cause;
  }
  return described;
}
