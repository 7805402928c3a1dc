import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { TopicRecord } from "./topic-client.ts";

/** More than any topic here has partitions. */
const STEP = 1000;

/**
 * Marks what `stream-events` held while the ledger counted its partitions in this incarnation. The oracle knows
 * partitions only, and a topic that was made anew gives every position a second record: those of a later incarnation
 * stand on partitions of their own for it, behind all earlier ones.
 */
export function ofIncarnation(
  incarnation: number,
  records: readonly TopicRecord[],
): TopicRecord[] {
  return records
    .filter(({ topic }) => topic === STREAM_EVENTS_TOPIC)
    .map((record) => ({
      ...record,
      partition: placePartition({ partition: record.partition, incarnation }),
    }));
}

/** The partition on which the oracle has the records of one incarnation of a partition. */
export const placePartition = ({
  partition,
  incarnation,
}: {
  readonly partition: number;
  readonly incarnation: number;
}): number => partition + (incarnation - 1) * STEP;

/** The partition in Kafka of what stands on one of the oracle's. */
export const findPartition = (place: number): number => place % STEP;
