/** Offsets by partition. */
export type PartitionOffsets = ReadonlyMap<number, number>;

/** How far a consumer group is behind the end of its topic. */
export interface TopicLag {
  /** Records that the group has not committed; what retention has removed is not counted. */
  readonly records: number;
  /** Partitions with such records. */
  readonly partitionsBehind: readonly number[];
}

/** Measures a topic's lag by its offsets; a partition without a commit is read from its start. */
export function measureTopicLag({
  ends,
  starts,
  committed,
}: {
  readonly ends: PartitionOffsets;
  readonly starts: PartitionOffsets;
  readonly committed: PartitionOffsets;
}): TopicLag {
  const lags = new Map(
    [...ends].map(([partition, end]): [number, number] => {
      const next = Math.max(
        committed.get(partition) ?? 0,
        starts.get(partition) ?? 0,
      );
      // A commit beyond the end is what a topic that was made anew leaves behind.
      return [partition, Math.max(0, end - next)];
    }),
  );
  return {
    records: sumOffsets(lags),
    partitionsBehind: [...lags.keys()].filter(
      (partition) => lags.get(partition) !== 0,
    ),
  };
}

/** Returns how many offsets a topic has given out, when these are its ends. */
export function sumOffsets(ends: PartitionOffsets): number {
  return [...ends.values()].reduce((total, number) => total + number, 0);
}

/** How long ago the newest handled record of a partition was taken by the broker, by the database's clock. */
export interface RecordAge {
  readonly topic: string;
  readonly partition: number;
  readonly ageSeconds: number;
}

/**
 * Age of the newest handled record of the partition that is furthest behind: no unhandled record is older. Zero without
 * lag; null while no record of such a partition has been handled.
 */
export function measureLagSeconds(
  topic: string,
  { partitionsBehind }: Pick<TopicLag, "partitionsBehind">,
  recordAges: readonly RecordAge[],
): number | null {
  if (partitionsBehind.length === 0) return 0;
  const ages = recordAges
    .filter(
      (record) =>
        record.topic === topic && partitionsBehind.includes(record.partition),
    )
    .map(({ ageSeconds }) => ageSeconds);
  return ages.length === 0 ? null : Math.max(...ages);
}
