import { randomUUID } from "node:crypto";

import type { Admin, Consumer, KafkaMessage } from "kafkajs";

import type { KafkaRecord } from "#shared/domain/record.ts";

import { createKafkaClient, type KafkaConnection } from "./client.ts";
import { kafkaError } from "./kafka-error.ts";

export interface FollowOptions {
  readonly topic: string;
  /** From the first record that the topic holds, else from the next one that comes. */
  readonly isFromBeginning: boolean;
  /** Ends with the last record that the topic holds at the start, else only with the signal. */
  readonly isUntilEnd: boolean;
  readonly signal: AbortSignal;
  /** Called once, when no record that comes from now on is missed. */
  readonly onReady?: () => void;
}

/**
 * Reads a topic as a console consumer does, in a group of its own that is removed at the end; headers are left out.
 * Throws `kafka_failed`.
 */
export async function followTopic(
  connection: KafkaConnection,
  options: FollowOptions,
  onRecord: (record: KafkaRecord) => void,
): Promise<void> {
  const kafka = createKafkaClient(connection);
  const groupId = `follow-${options.topic}-${randomUUID()}`;
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 });
  try {
    await admin.connect();
    await consumer.connect();
    await follow(
      consumer,
      await readPositions(admin, options),
      options,
      onRecord,
    );
  } catch (cause) {
    throw kafkaError(cause, `following ${options.topic}`);
  } finally {
    await consumer.disconnect().catch(() => undefined);
    // Nothing was committed, so Kafka forgets it sooner or later by itself.
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}

/** What comes next of each partition, and where it ended at the start. */
type Positions = Map<number, { readonly next: number; readonly end: number }>;

async function readPositions(
  admin: Admin,
  { topic, isFromBeginning }: FollowOptions,
): Promise<Positions> {
  const partitions = await admin.fetchTopicOffsets(topic);
  return new Map(
    partitions.map(({ partition, low, high }) => [
      partition,
      { next: Number(isFromBeginning ? low : high), end: Number(high) },
    ]),
  );
}

async function follow(
  consumer: Consumer,
  positions: Positions,
  { topic, isUntilEnd, signal, onReady }: FollowOptions,
  onRecord: (record: KafkaRecord) => void,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  // Awaited below, and it may end before.
  ended.promise.catch(() => undefined);
  const rest = new Map(
    [...positions].filter(([, { next, end }]) => next < end),
  );
  const finish = () => ended.resolve();
  let isReady = false;
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) ended.reject(payload.error);
  });
  // Nothing is committed: a member that has to join anew would begin once more.
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const [partition, { next }] of positions)
      consumer.seek({ topic, partition, offset: String(next) });
    if (!isReady) onReady?.();
    isReady = true;
  });
  signal.addEventListener("abort", finish, { once: true });
  if (signal.aborted || (isUntilEnd && rest.size === 0)) finish();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const { partition, messages } = batch;
        const { next, end } = positions.get(partition) ?? { next: 0, end: 0 };
        for (const message of messages) {
          const offset = Number(message.offset);
          if (isUntilEnd && offset >= end) break;
          if (offset >= next) onRecord(toRecord(topic, partition, message));
        }
        const behind = Number(batch.lastOffset()) + 1;
        positions.set(partition, { next: Math.max(next, behind), end });
        if (behind >= end) rest.delete(partition);
        if (isUntilEnd && rest.size === 0) finish();
        return Promise.resolve();
      },
    });
    await ended.promise;
  } finally {
    signal.removeEventListener("abort", finish);
  }
}

function toRecord(
  topic: string,
  partition: number,
  { offset, timestamp, key, value }: KafkaMessage,
): KafkaRecord {
  return {
    topic,
    partition,
    offset: Number(offset),
    timestampMs: Number(timestamp),
    key,
    value,
    headers: [],
  };
}
