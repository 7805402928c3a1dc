/** What a mapping in provisioned mode knows when it looks at its pollers. */
export interface PollerLoad {
  readonly current: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Partitions that this mapping's pollers own together. */
  readonly partitions: number;
  /** Of the partition that is furthest behind, in records. */
  readonly maximumLag: number;
  /** Lag beyond which one more poller is wanted. */
  readonly lagToGrow: number;
}

/**
 * How many pollers there are to be, one more or one less at a time (event-source-mapping.md, 1 and 11): more while a
 * partition is far behind, fewer when all are at their end, and never more than partitions.
 */
export function decidePollerCount(load: PollerLoad): number {
  const { current, minimum, maximum, partitions, maximumLag, lagToGrow } = load;
  if (partitions === 0) return current;
  if (current > Math.min(maximum, partitions)) return current - 1;
  // One that was lost to a fault, or did not begin while the partitions were elsewhere.
  if (current < Math.min(minimum, partitions)) return current + 1;
  if (maximumLag > lagToGrow) return Math.min(current + 1, maximum, partitions);
  if (maximumLag === 0 && current > minimum) return current - 1;
  return current;
}
