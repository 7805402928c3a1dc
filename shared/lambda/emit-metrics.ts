import { Metrics } from "@aws-lambda-powertools/metrics";
import type { MiddlewareObj, Request } from "@middy/core";
import { z } from "zod";

import type { InvocationLogger, InvocationSummary } from "./log-invocation.ts";
import type { Metric } from "./metric.ts";
import { createGaugeReader, type Gauge } from "./read-gauges.ts";
import { writeEmbeddedMetrics } from "./write-embedded-metrics.ts";

export interface EmitMetricsOptions<Summary extends InvocationSummary> {
  readonly functionName: string;
  /** CloudWatch's namespace; without one nothing is measured or written. */
  readonly namespace: string | undefined;
  readonly logger: InvocationLogger;
  /** What the summary of a successful invocation has counted. */
  readonly count?: (summary: Summary) => readonly Metric[];
  /** One after the other; what one cannot read costs the next ones nothing. */
  readonly gauges?: readonly Gauge[];
}

/** Reading gauges takes this long at most, and half of the time that the invocation has left. */
const GAUGES_LIMIT_MS = 5000;

const isFunction = (value: unknown) => typeof value === "function";
const optionsSchema = z.strictObject({
  functionName: z.string().min(1),
  namespace: z.string().min(1).optional(),
  logger: z.looseObject({
    info: z.custom(isFunction),
    error: z.custom(isFunction),
  }),
  count: z.custom(isFunction).optional(),
  gauges: z.array(z.custom(isFunction)).optional(),
});

/**
 * Writes the invocation's metrics in CloudWatch's embedded format: its duration and whether it failed, what the
 * handler's `summary` has counted, gauges. No fault of a metric reaches the invocation. To be used before the other
 * middlewares, so that their time and their errors count too, but after `answerItemFailures`, which takes the summary
 * away.
 *
 * @throws ZodError for wrong and unknown options
 */
export function emitMetrics<Summary extends InvocationSummary>(
  options: EmitMetricsOptions<Summary>,
): MiddlewareObj<unknown, { readonly summary: Summary }> {
  optionsSchema.parse(options);
  const { functionName, namespace, logger, count, gauges = [] } = options;
  const name = "emit-metrics";
  // A middleware must have a hook.
  if (namespace === undefined) return { name, before: () => undefined };

  const target = new Metrics({ namespace, serviceName: functionName });
  const starts = new WeakMap<Request, number>();
  const readGauges = createGaugeReader(gauges);
  const finish = async (
    request: Request,
    errorCount: 0 | 1,
    listCounts: () => readonly Metric[],
  ): Promise<void> => {
    const startedAtMs = starts.get(request) ?? performance.now();
    const faults: string[] = [];
    const metrics: Metric[] = [
      {
        name: "InvocationDurationSeconds",
        value: (performance.now() - startedAtMs) / 1000,
      },
      { name: "InvocationErrors", value: errorCount },
    ];
    try {
      metrics.push(...listCounts());
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
    // What is known is written first: a function that is out of time writes nothing any more.
    faults.push(...writeEmbeddedMetrics(target, metrics));
    const read = await readGauges(readLimitMs(request));
    faults.push(...read.faults, ...writeEmbeddedMetrics(target, read.metrics));
    if (faults.length > 0) logger.error("metrics are missing", { faults });
  };
  return {
    name,
    before: (request) => {
      starts.set(request, performance.now());
    },
    after: (request) =>
      finish(request, 0, () => {
        const summary = request.response?.summary;
        return summary === undefined ? [] : (count?.(summary) ?? []);
      }),
    onError: (request) => finish(request, 1, () => []),
  };
}

function readLimitMs({ context }: Request): number {
  const leftMs = context.getRemainingTimeInMillis?.() ?? Infinity;
  return Math.max(0, Math.min(GAUGES_LIMIT_MS, leftMs / 2));
}
