import type { Declaration } from "#compose/serverless/declaration.ts";
import { measureTopicLag, sumOffsets } from "#shared/domain/topic-lag.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import { listConsumerGroups } from "./list-consumer-groups.ts";

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
      const lag = measureTopicLag({ ends, starts, committed });
      return {
        topic,
        consumerGroup,
        endOffsetSum: sumOffsets(ends),
        lag: lag.records,
        partitionsBehind: lag.partitionsBehind,
      };
    }),
  );
}
