import { openConsumerGroup } from "#shared/adapters/kafka/consumer-group.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { PipelineError } from "#shared/errors.ts";
import { planReplay, type PartitionMove } from "./plan-replay.ts";
import {
  refuseOffsetsBefore,
  refuseTimeBefore,
} from "./refuse-before-horizon.ts";

/** From where the topic is read again: a time at which records were appended, or an offset. */
export type ReplayStart =
  | { readonly kind: "time"; readonly timestampMs: number }
  | {
      readonly kind: "offset";
      readonly offset: number;
      /** All partitions unless given. */
      readonly partition?: number | undefined;
    };

export interface ReplayOptions {
  readonly kafkaBootstrapServers: string;
  readonly topic: string;
  readonly consumerGroup: string;
  readonly start: ReplayStart;
  /** Before it facts have been given up, ms since the epoch; `-Infinity` where none have been. */
  readonly horizonMs: number;
}

/**
 * Puts a consumer group back, so that its next members read the topic again from there. Throws `group_in_use` (user)
 * while it has members, `unknown_partition`, `before_retention_horizon` (user), and what Kafka's adapters throw.
 */
export async function replay({
  kafkaBootstrapServers,
  topic,
  consumerGroup,
  start,
  horizonMs,
}: ReplayOptions): Promise<PartitionMove[]> {
  if (start.kind === "time") refuseTimeBefore(horizonMs, start.timestampMs);
  const connection = { bootstrapServers: kafkaBootstrapServers.split(",") };
  const offsets = createTopicOffsets(connection);
  const group = await openConsumerGroup(connection, consumerGroup, topic);
  try {
    const memberCount = await group.countMembers();
    if (memberCount > 0) {
      throw new PipelineError(
        `The consumer group ${consumerGroup} has ${memberCount} ${memberCount === 1 ? "member" : "members"}, and Kafka moves a group only without. Stop the runner with npm run down; of one that was killed Kafka lets go within half a minute.`,
        { code: "group_in_use", domain: "user", retry: true },
      );
    }
    const starts = await offsets.readStartOffsets(topic);
    const targets =
      start.kind === "time"
        ? await group.findOffsetsAt(start.timestampMs)
        : chooseOffsets(start, topic, starts);
    const committed = await offsets.readCommittedOffsets(consumerGroup, topic);
    const plan = planReplay(targets, committed, starts);
    if (Number.isFinite(horizonMs))
      refuseOffsetsBefore(
        horizonMs,
        plan,
        await group.findOffsetsAt(horizonMs),
      );
    const moved = plan.flatMap(({ partition, from, to }) =>
      to === null || to === from ? [] : [[partition, to] as const],
    );
    if (moved.length > 0) await group.move(new Map(moved));
    return plan;
  } finally {
    await group.close();
    await offsets.close();
  }
}

function chooseOffsets(
  { offset, partition }: { offset: number; partition?: number | undefined },
  topic: string,
  starts: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  if (partition === undefined)
    return new Map([...starts.keys()].map((key) => [key, offset]));
  if (!starts.has(partition)) {
    throw new PipelineError(
      `${topic} has no partition ${partition}; it has 0 to ${starts.size - 1}. Give one of these as --partition, or leave it out for all.`,
      { code: "unknown_partition", domain: "user" },
    );
  }
  return new Map([[partition, offset]]);
}
