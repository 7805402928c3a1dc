import type { Declaration } from "#compose/serverless/declaration.ts";
import { listConsumerGroups } from "./list-consumer-groups.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

/** A topic as its consumer group stands to it. */
export interface TopicProgress {
  readonly topic: string;
  readonly consumerGroup: string;
  /** Offsets given out so far, over all partitions. */
  readonly endOffsetSum: number;
  /** Records that the group has not committed yet. */
  readonly lag: number;
  /** Partitions with such records. */
  readonly partitionsBehind: readonly number[];
}

/** Returns the progress of every mapping's topic, in the order of serverless.yml. */
export async function measureLag(
  declaration: Declaration,
  offsets: TopicOffsets,
): Promise<TopicProgress[]> {
  return Promise.all(
    [...listConsumerGroups(declaration)].map(async ([topic, consumerGroup]) => {
      // The commits first: what comes in between shows as lag, and lag that is there never shows as none.
      const committed = await offsets.readCommittedOffsets(
        consumerGroup,
        topic,
      );
      const starts = await offsets.readStartOffsets(topic);
      const ends = await offsets.readEndOffsets(topic);
      const lags = measureLags(ends, starts, committed);
      return {
        topic,
        consumerGroup,
        endOffsetSum: sumOffsets(ends),
        lag: sumOffsets(lags),
        partitionsBehind: [...lags.keys()].filter(
          (partition) => lags.get(partition) !== 0,
        ),
      };
    }),
  );
}

/** Offsets by partition. */
type Offsets = ReadonlyMap<number, number>;

/** Returns the number of offsets between the group's commits and the ends; what retention has removed is not counted. */
export function sumLag(
  ends: Offsets,
  starts: Offsets,
  committed: Offsets,
): number {
  return sumOffsets(measureLags(ends, starts, committed));
}

function measureLags(
  ends: Offsets,
  starts: Offsets,
  committed: Offsets,
): Offsets {
  const lags = [...ends].map(([partition, end]): [number, number] => {
    const next = Math.max(
      committed.get(partition) ?? 0,
      starts.get(partition) ?? 0,
    );
    // A commit beyond the end is what a topic that was made anew leaves behind.
    return [partition, Math.max(0, end - next)];
  });
  return new Map(lags);
}

/** Returns how many offsets a topic has given out, when these are its ends. */
export function sumOffsets(ends: Offsets): number {
  return [...ends.values()].reduce((total, number) => total + number, 0);
}
