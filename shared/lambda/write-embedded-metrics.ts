import type { Metrics } from "@aws-lambda-powertools/metrics";

import { type Metric, METRICS } from "./metric.ts";

/**
 * Writes metrics to the standard output in CloudWatch's embedded format, a line for each set of dimensions. Never
 * throws: returns what is wrong with those that could not be written.
 */
export function writeEmbeddedMetrics(
  target: Metrics,
  metrics: readonly Metric[],
): string[] {
  const faults: string[] = [];
  const attempt = (what: string, write: () => unknown) => {
    try {
      write();
    } catch (error) {
      faults.push(
        `${what}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  const groups = Map.groupBy(metrics, ({ dimensions = {} }) =>
    JSON.stringify(dimensions),
  );
  for (const group of groups.values()) {
    const dimensions = Object.entries(group[0]?.dimensions ?? {});
    for (const [name, value] of dimensions)
      attempt(name, () => target.addDimension(name, value));
    for (const { name, value } of group)
      attempt(name, () => {
        // It would become null, and the whole line would be worth nothing to CloudWatch.
        if (!Number.isFinite(value))
          throw new RangeError(`${value} is no finite number`);
        target.addMetric(name, METRICS[name], value);
      });
    if (target.hasStoredMetrics())
      attempt("publish", () => target.publishStoredMetrics());
    else target.clearDimensions();
  }
  return faults;
}
