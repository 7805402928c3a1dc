import type { Kafka } from "kafkajs";

import { PipelineError } from "#shared/errors.ts";

import { createKafkaClient, type KafkaConnection } from "./client.ts";
import { kafkaError } from "./kafka-error.ts";

/** A consumer group from outside; no member of it. */
export interface ConsumerGroup {
  /** How many members the group has; 0 also for one that does not exist. */
  countMembers(): Promise<number>;
  /** Per partition the first record appended at or after the time; the end where there is none. */
  findOffsetsAt(timestampMs: number): Promise<ReadonlyMap<number, number>>;
  /** Moves the group on these partitions and leaves it where it is on the others; Kafka refuses while it has members. */
  move(offsets: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
}

/** Connects to what a group has committed of a topic. */
export async function openConsumerGroup(
  connection: KafkaConnection,
  groupId: string,
  topic: string,
): Promise<ConsumerGroup> {
  const kafka = createKafkaClient(connection);
  const admin = kafka.admin();
  await ask("connecting", () => admin.connect());
  return {
    countMembers: () =>
      ask(`members of ${groupId}`, async () => {
        const { groups } = await admin.describeGroups([groupId]);
        return groups[0]?.members.length ?? 0;
      }),
    findOffsetsAt: (timestampMs) =>
      ask(`offsets of ${topic} at a time`, async () => {
        const found = await admin.fetchTopicOffsetsByTimestamp(
          topic,
          timestampMs,
        );
        return new Map(
          found.map(({ partition, offset }) => [partition, Number(offset)]),
        );
      }),
    move: (offsets) =>
      ask(`moving ${groupId}`, async () => {
        await commitAsMember(kafka, groupId, topic, offsets);
        const [committed] = await admin.fetchOffsets({
          groupId,
          topics: [topic],
        });
        const unmoved = (committed?.partitions ?? []).filter(
          ({ partition, offset }) =>
            offsets.has(partition) && offsets.get(partition) !== Number(offset),
        );
        if (unmoved.length > 0) {
          throw new PipelineError(
            `Kafka has not moved ${groupId} on the partitions ${unmoved.map(({ partition }) => partition).join(", ")} of ${topic}. Somebody has joined the group meanwhile: stop the runner with npm run down, then try again.`,
            { code: "group_in_use", domain: "user", retry: true },
          );
        }
      }),
    close: () => admin.disconnect(),
  };
}

async function ask<Answer>(
  what: string,
  question: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await question();
  } catch (cause) {
    throw kafkaError(cause, what);
  }
}

/**
 * Joins the group, commits and leaves. Kafka takes commits of members only where a group has some; the client's own
 * `setOffsets` does the same with a fetch of five seconds in between.
 */
async function commitAsMember(
  kafka: Kafka,
  groupId: string,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<void> {
  // Nothing it fetches is used, so nothing is waited for.
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 10,
    maxBytes: 1,
  });
  const joined = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
  consumer.on(consumer.events.CRASH, ({ payload }) =>
    joined.reject(payload.error),
  );
  await consumer.connect();
  try {
    await consumer.subscribe({ topic });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: () => Promise.resolve(),
    });
    await joined.promise;
    await consumer.commitOffsets(
      [...offsets].map(([partition, offset]) => ({
        topic,
        partition,
        offset: String(offset),
      })),
    );
  } finally {
    await consumer.disconnect();
  }
}
