import {
  beforeHorizon,
  formatTime,
} from "#compose/retention/before-horizon.ts";
import type { PartitionMove } from "./plan-replay.ts";

/** Throws `before_retention_horizon` (user) for a time at which no replay may begin any more. */
export function refuseTimeBefore(horizonMs: number, timestampMs: number): void {
  if (timestampMs >= horizonMs) return;
  throw beforeHorizon(
    horizonMs,
    `No replay can begin at ${formatTime(timestampMs)}`,
    `Give --from ${formatTime(horizonMs)} or later.`,
  );
}

/**
 * Throws `before_retention_horizon` (user) where a plan begins with records that Kafka took before the horizon.
 *
 * @param firstKept per partition the first record that Kafka took at the horizon or later
 */
export function refuseOffsetsBefore(
  horizonMs: number,
  plan: readonly PartitionMove[],
  firstKept: ReadonlyMap<number, number>,
): void {
  const refused = plan.flatMap(({ partition, from, to }) => {
    const first = firstKept.get(partition) ?? 0;
    return to !== null && to !== from && to < first
      ? [`${to} of partition ${partition} (there from ${first} on)`]
      : [];
  });
  if (refused.length === 0) return;
  throw beforeHorizon(
    horizonMs,
    `Kafka took the records at these offsets too long ago: ${refused.join(", ")}`,
    `Give a later --from-offset with its --partition, or --from ${formatTime(horizonMs)}.`,
  );
}
