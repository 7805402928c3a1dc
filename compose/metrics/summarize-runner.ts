import { z } from "zod";

import { estimateQuantile } from "./estimate-quantile.ts";
import { INVOCATION_METRICS } from "./invocation-meter.ts";
import { MAPPING_METRICS } from "./list-mapping-families.ts";

/** The invocations of a function since the runner's start. */
export interface FunctionCounts {
  readonly function: string;
  readonly invocationCount: number;
  /** Kind to number of failed invocations; a kind that has not happened is absent. */
  readonly errors: Readonly<Record<string, number>>;
  readonly meanSeconds: number;
  /** Estimated from the histogram's buckets. */
  readonly p95Seconds: number;
}

/** An event source mapping since the runner's start, under AWS's names. */
export interface MappingCounts {
  readonly topic: string;
  readonly function: string;
  readonly counters: Readonly<Record<string, number>>;
}

/** What only the runner knows. */
export interface RunnerCounts {
  readonly functions: readonly FunctionCounts[];
  readonly mappings: readonly MappingCounts[];
}

const samplesSchema = z.array(
  z.looseObject({
    /** A histogram's series have names of their own. */
    metricName: z.string().optional(),
    value: z.number(),
    labels: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
);
const familiesSchema = z.array(
  z.looseObject({ name: z.string(), values: samplesSchema }),
);
type Samples = z.output<typeof samplesSchema>;

/**
 * Summarizes the metrics that a runner serves as the library's JSON.
 *
 * @throws ZodError for anything else
 */
export function summarizeRunner(json: unknown): RunnerCounts {
  const families = new Map(
    familiesSchema.parse(json).map(({ name, values }) => [name, values]),
  );
  const samplesOf = (name: string) => families.get(name) ?? [];
  return {
    functions: summarizeFunctions(
      samplesOf(INVOCATION_METRICS.durations),
      samplesOf(INVOCATION_METRICS.errors),
    ),
    mappings: summarizeMappings(samplesOf),
  };
}

function summarizeFunctions(
  durations: Samples,
  errors: Samples,
): FunctionCounts[] {
  const functions = Map.groupBy(durations, ({ labels }) =>
    String(labels["function"]),
  );
  return [...functions].map(([name, samples]) => {
    const series = (suffix: string) =>
      samples.filter(
        ({ metricName }) =>
          metricName === `${INVOCATION_METRICS.durations}_${suffix}`,
      );
    const invocationCount = series("count")[0]?.value ?? 0;
    const buckets = series("bucket").map(({ labels, value }) => ({
      upTo: labels["le"] === "+Inf" ? Infinity : Number(labels["le"]),
      count: value,
    }));
    return {
      function: name,
      invocationCount,
      errors: Object.fromEntries(
        errors
          .filter(({ labels }) => labels["function"] === name)
          .map(({ labels, value }) => [String(labels["kind"]), value]),
      ),
      meanSeconds:
        (series("sum")[0]?.value ?? 0) / Math.max(invocationCount, 1),
      p95Seconds: estimateQuantile(buckets, 0.95) ?? 0,
    };
  });
}

function summarizeMappings(
  samplesOf: (name: string) => Samples,
): MappingCounts[] {
  return samplesOf(MAPPING_METRICS.PolledEventCount.name).map(({ labels }) => ({
    topic: String(labels["topic"]),
    function: String(labels["function"]),
    counters: Object.fromEntries(
      Object.entries(MAPPING_METRICS).map(([counter, { name }]) => [
        counter,
        samplesOf(name).find(
          (sample) =>
            sample.labels["topic"] === labels["topic"] &&
            sample.labels["function"] === labels["function"],
        )?.value ?? 0,
      ]),
    ),
  }));
}
