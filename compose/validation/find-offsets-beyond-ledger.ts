import {
  findHandledUntil,
  type PartitionOffsets,
} from "./partition-offsets.ts";

/** A partition whose group has committed records that Postgres knows nothing of. */
export interface OffsetBeyondLedger {
  readonly topic: string;
  readonly partition: number;
  readonly committed_offset: number;
  readonly handled_until: number;
}

/**
 * Finds where a group has committed more than the ledger has handled: Postgres was restored, failed over or lost
 * commits, and a replay is needed (design.md, 5). The commits must have been read before the ledger.
 */
export function findOffsetsBeyondLedger(
  partitions: readonly PartitionOffsets[],
): OffsetBeyondLedger[] {
  return partitions.flatMap((offsets) => {
    const { topic, partition, committedOffset = 0 } = offsets;
    const handledUntil = findHandledUntil(offsets);
    return committedOffset > handledUntil
      ? [
          {
            topic,
            partition,
            committed_offset: committedOffset,
            handled_until: handledUntil,
          },
        ]
      : [];
  });
}
