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

/** Where each partition begins, and where it ended at the start. */
type Positions = ReadonlyMap<
  number,
  { readonly next: number; readonly end: number }
>;

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
  const rest = new Map(
    [...positions].filter(([, { next, end }]) => next < end),
  );
  const finish = () => ended.resolve();
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) ended.reject(payload.error);
  });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const [partition, { next }] of positions)
      consumer.seek({ topic, partition, offset: String(next) });
    onReady?.();
  });
  signal.addEventListener("abort", finish, { once: true });
  if (signal.aborted || (isUntilEnd && rest.size === 0)) finish();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const { partition, messages } = batch;
        const end = positions.get(partition)?.end ?? 0;
        for (const message of messages) {
          if (isUntilEnd && Number(message.offset) >= end) break;
          onRecord(toRecord(topic, partition, message));
        }
        if (Number(batch.lastOffset()) + 1 >= end) rest.delete(partition);
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
