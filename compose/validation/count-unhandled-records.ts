import {
  findHandledUntil,
  type PartitionOffsets,
} from "./partition-offsets.ts";

/**
 * Counts the records per topic that are in Kafka and not in the ledger, topics without any left out. The ends must have
 * been read after the ledger: then none means that the ledger holds the outcome of everything.
 */
export function countUnhandledRecords(
  partitions: readonly PartitionOffsets[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const offsets of partitions) {
    const count = offsets.endOffset - findHandledUntil(offsets);
    if (count > 0)
      counts.set(offsets.topic, (counts.get(offsets.topic) ?? 0) + count);
  }
  return counts;
}
