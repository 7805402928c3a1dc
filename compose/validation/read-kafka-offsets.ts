import { parseOffsetRanges } from "#shared/domain/offset-ranges.ts";
import { TOPICS } from "#shared/domain/topics.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

import type { PartitionOffsets } from "./partition-offsets.ts";

/** Kafka as the validation sees it. */
export interface KafkaSource {
  readonly offsets: TopicOffsets;
  /** Topic -> the group that consumes it. */
  readonly consumerGroups: ReadonlyMap<string, string>;
}

/** Topic -> partition -> offset of the next record. */
export type OffsetsByTopic = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** A row of `read_handled_offsets.sql`. */
export interface HandledOffsetsRow {
  readonly topic: string;
  readonly partition: number;
  readonly handled_offsets: string;
}

/** Reads what every group has committed; to be read before the ledger. */
export async function readCommits({
  offsets,
  consumerGroups,
}: KafkaSource): Promise<OffsetsByTopic> {
  return new Map(
    await Promise.all(
      [...consumerGroups].map(
        async ([topic, group]) =>
          [topic, await offsets.readCommittedOffsets(group, topic)] as const,
      ),
    ),
  );
}

/** Reads where the logs begin and end, to be read after the ledger, and puts all that is known side by side. */
export async function readPartitionOffsets(
  { offsets, consumerGroups }: KafkaSource,
  commits: OffsetsByTopic,
  handled: readonly HandledOffsetsRow[],
): Promise<PartitionOffsets[]> {
  const topics = await Promise.all(
    [...consumerGroups.keys()].map(async (topic) => {
      const [starts, ends] = await Promise.all([
        offsets.readStartOffsets(topic),
        offsets.readEndOffsets(topic),
      ]);
      return [...ends].map(([partition, endOffset]): PartitionOffsets => {
        const row = handled.find(
          (candidate) =>
            candidate.topic === topic && candidate.partition === partition,
        );
        return {
          topic,
          partition,
          isCompacted: isCompacted(topic),
          startOffset: starts.get(partition) ?? 0,
          endOffset,
          committedOffset: commits.get(topic)?.get(partition),
          handledOffsets: parseOffsetRanges(row?.handled_offsets ?? "{}"),
        };
      });
    }),
  );
  return topics.flat();
}

function isCompacted(topic: string): boolean {
  return TOPICS.some(
    (declared) =>
      declared.topic === topic &&
      declared.config["cleanup.policy"] === "compact",
  );
}
