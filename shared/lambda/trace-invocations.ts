import type { PluginExecutionMode, Request } from "@middy/core";
import { executionModeStandard } from "@middy/core/executionModeStandard";
import {
  type Attributes,
  type Span,
  SpanKind,
  type SpanOptions,
  trace,
} from "@opentelemetry/api";

import { readConfig } from "#shared/config.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { createLogger } from "#shared/logger.ts";
import {
  ATTRIBUTES,
  describeMessaging,
  OWN_ATTRIBUTES,
} from "#shared/tracing/attributes.ts";
import { inSpan } from "#shared/tracing/spans.ts";
import { startTracing, type Tracing } from "#shared/tracing/start-tracing.ts";
import { findTraced } from "#shared/tracing/trace-contexts.ts";

import { isBatch, readSummary } from "./log-invocation.ts";
import { summarizePartitions } from "./summarize-partitions.ts";

/** Sending spans may take so long, and half of the time that is left: what was committed must not come again for it. */
const FLUSH_LIMIT_MS = 500;
/** As many as the SDK keeps. */
const MOST_LINKS = 128;

type Handle = (event: unknown, ...rest: unknown[]) => unknown;
type RunRequest = (
  request: Request,
  before: unknown,
  handle: Handle,
  ...rest: unknown[]
) => Promise<unknown>;

/**
 * The second argument of `middy`: traces every invocation where `STREAMING_TRACES_ENDPOINT` names a collector, and is
 * nothing where it does not. No middleware, for those run beside the handler and not around it: what they begin is not
 * active within it.
 */
export function traceInvocations(functionName: string): {
  readonly executionMode?: PluginExecutionMode;
} {
  const { STREAMING_TRACES_ENDPOINT: endpoint } = readConfig();
  if (endpoint === undefined) return {};
  const logger = createLogger(functionName);
  const tracing = startTracing({ endpoint, functionName, logger });
  return { executionMode: createTracingMode(functionName, tracing) };
}

/**
 * Runs requests as middy does, each in a span of its own, which links to the traces of the records that it handles and
 * has the numbers of its line in the log. The answer is given when the spans are sent: Lambda freezes the process then.
 */
export function createTracingMode(
  functionName: string,
  tracing: Tracing,
): PluginExecutionMode {
  return (...given: unknown[]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- middy does not declare what it gives
    const [functions, ...rest] = given as [
      { readonly runRequest: RunRequest },
      ...unknown[],
    ];
    const runRequest: RunRequest = async (request, before, handle, ...more) => {
      await tracing.started;
      try {
        return await inSpan(
          functionName,
          (span) =>
            functions.runRequest(
              request,
              before,
              describeWork(span, handle),
              ...more,
            ),
          describeRequest(functionName, request),
        );
      } finally {
        await tracing.flush(readLimitMs(request));
      }
    };
    return Reflect.apply(executionModeStandard, undefined, [
      { ...functions, runRequest },
      ...rest,
    ]);
  };
}

function readLimitMs({ context }: Request): number {
  const leftMs = context.getRemainingTimeInMillis?.() ?? Infinity;
  return Math.min(FLUSH_LIMIT_MS, leftMs / 2);
}

function describeRequest(
  functionName: string,
  { event, context }: Request,
): SpanOptions {
  const isOfKafka =
    typeof event === "object" && event !== null && "eventSource" in event;
  return {
    root: true,
    kind: isOfKafka ? SpanKind.CONSUMER : SpanKind.SERVER,
    attributes: {
      [ATTRIBUTES.functionName]: functionName,
      [ATTRIBUTES.invocationId]: context.awsRequestId,
    },
  };
}

/** Adds to a span what the handler is given once it is decoded, and the numbers that it returns. */
function describeWork(span: Span, handle: Handle): Handle {
  return async (event, ...rest) => {
    if (isBatch(event)) describeBatch(span, event.records);
    const response = await handle(event, ...rest);
    span.setAttributes(flatten("streaming", readSummary(response)));
    return response;
  };
}

function describeBatch(span: Span, records: readonly KafkaRecord[]): void {
  const topic = records[0]?.topic;
  // AWS gives records of one topic.
  if (
    topic !== undefined &&
    records.every((record) => record.topic === topic)
  ) {
    span.updateName(`process ${topic}`);
    span.setAttributes(describeMessaging("process", topic));
  }
  const { traced, untraced } = findTraced(records);
  for (const { context } of traced.slice(0, MOST_LINKS)) {
    const spanContext = trace.getSpanContext(context);
    if (spanContext !== undefined) span.addLink({ context: spanContext });
  }
  span.setAttributes({
    [ATTRIBUTES.batchSize]: records.length,
    [OWN_ATTRIBUTES.partitions]: summarizePartitions(records).map(
      ({ partition, first, last }) => `${partition}:${first}-${last}`,
    ),
    ...(untraced > 0 ? { [OWN_ATTRIBUTES.untraced]: untraced } : {}),
  });
}

/** Numbers and truths by their path; texts are left out, whatever they say. */
function flatten(path: string, value: unknown): Attributes {
  if (typeof value === "number" || typeof value === "boolean")
    return { [path]: value };
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return {};
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, member]) =>
      flatten(`${path}.${name}`, member),
    ),
  );
}
