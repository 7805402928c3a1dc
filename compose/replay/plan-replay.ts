/** Where a group stands on a partition, and where a replay puts it. */
export interface PartitionMove {
  readonly partition: number;
  /** What the group has committed; null = nothing, and then it begins where its mapping says. */
  readonly from: number | null;
  readonly to: number | null;
}

/** Offsets by partition. */
type Offsets = ReadonlyMap<number, number>;

/**
 * Plans where each partition is read from again. A replay never goes forward, as that would leave records out, and
 * never before the first record that the topic still holds.
 *
 * @param targets wished-for offsets; partitions without one stay where they are
 */
export function planReplay(
  targets: Offsets,
  committed: Offsets,
  starts: Offsets,
): PartitionMove[] {
  return [...starts]
    .map(([partition, start]) => {
      const from = committed.get(partition) ?? null;
      const target = targets.get(partition);
      const to =
        from === null || target === undefined
          ? from
          : Math.min(from, Math.max(target, start));
      return { partition, from, to };
    })
    .toSorted((a, b) => a.partition - b.partition);
}
