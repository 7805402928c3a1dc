import type { Chart } from "#shared/domain/dashboards/answer.ts";

/**
 * The starts of the buckets, in milliseconds since the epoch, that the charts of a dashboard call final; none where it
 * has no chart `like-rate`, which has a row per bucket.
 */
export function listFinalBuckets(charts: readonly Chart[]): Set<number> {
  const buckets = charts.find(({ id }) => id === "like-rate");
  return new Set(
    buckets?.rows.flatMap(([time], index) =>
      buckets.provisional[index] === true ? [] : [Date.parse(String(time))],
    ),
  );
}
