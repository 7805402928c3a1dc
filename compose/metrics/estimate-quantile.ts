/** A bucket of a histogram: how many observations were at most `upTo`, those of the lower buckets included. */
export interface CumulativeBucket {
  readonly upTo: number;
  readonly count: number;
}

/**
 * Estimates a quantile as Prometheus' `histogram_quantile` does: observations lie evenly within their bucket, the first
 * one begins at zero, and beyond the last finite bound nothing is known but that bound. Null without observations.
 *
 * @param buckets ascending, the last one up to infinity
 * @param quantile above 0, 1 at most
 */
export function estimateQuantile(
  buckets: readonly CumulativeBucket[],
  quantile: number,
): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return null;
  const rank = quantile * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  const lower = buckets[index - 1] ?? { upTo: 0, count: 0 };
  if (bucket === undefined || bucket.upTo === Infinity) return lower.upTo;
  const share = (rank - lower.count) / (bucket.count - lower.count);
  return lower.upTo + (bucket.upTo - lower.upTo) * share;
}
