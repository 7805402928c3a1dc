import type { OffsetRange } from "#shared/domain/offset-ranges.ts";

/** What Kafka and the ledger know of one topic-partition; offsets are those of the next record. */
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  /** Compaction leaves gaps in what is handed over. */
  readonly isCompacted: boolean;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Undefined where the group has committed nothing. */
  readonly committedOffset: number | undefined;
  /** Ascending. */
  readonly handledOffsets: readonly OffsetRange[];
}

/**
 * Returns the offset up to which everything is handled. In a topic that is not compacted this is the contiguous part
 * from the start of the log; in a compacted one the newest handled offset counts, as records vanish from between.
 */
export function findHandledUntil({
  isCompacted,
  startOffset,
  handledOffsets,
}: PartitionOffsets): number {
  const range = isCompacted
    ? handledOffsets.at(-1)
    : handledOffsets.find(
        ({ from, to }) => from <= startOffset && startOffset < to,
      );
  return Math.max(range?.to ?? 0, startOffset);
}
