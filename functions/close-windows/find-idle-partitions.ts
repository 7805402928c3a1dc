import type { PartitionProgress } from "#shared/ports/window-store.ts";

/**
 * Partitions to be left out of the watermark: quiet for the idle time-out and caught up, by the ledger or by the
 * group's commits (records that were never handed to the function are committed too). Silence with a backlog is not
 * idleness; an empty partition is caught up.
 *
 * @param progress read before `endOffsets`
 */
export function findIdlePartitions(
  progress: readonly PartitionProgress[],
  endOffsets: ReadonlyMap<number, number>,
  committedOffsets: ReadonlyMap<number, number>,
): PartitionProgress[] {
  return progress.filter(({ partition, isIdle, isQuiet, nextOffset }) => {
    if (isIdle || !isQuiet) return false;
    const end = endOffsets.get(partition);
    // A partition that the topic has no longer can deliver nothing.
    return (
      end === undefined ||
      Math.max(nextOffset, committedOffsets.get(partition) ?? 0) >= end
    );
  });
}
