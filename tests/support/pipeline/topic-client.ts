import {
  Kafka,
  logLevel,
  Partitioners,
  type Admin,
  type Consumer,
  type Message,
} from "kafkajs";

import type { OracleRecord } from "#tests/support/oracle/types.ts";
import { leaveGroup } from "./leave-group.ts";

/** A record to be sent; without a partition the key decides. */
export interface OutgoingRecord {
  readonly key: string | null;
  readonly value: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  readonly partition?: number;
}

/** A record with the headers that a dead letter must restore. */
export interface TopicRecord extends OracleRecord {
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** What a test does to topics and groups from outside of the pipeline. */
export interface TopicClient {
  readonly admin: Admin;
  /** Sends the records in this order; `perRequest` of them go out at once. */
  send(
    topic: string,
    records: readonly OutgoingRecord[],
    perRequest?: number,
  ): Promise<void>;
  /** Reads everything that the topics hold. */
  readAll(topics: readonly string[]): Promise<TopicRecord[]>;
  /** Deletes what the topic holds; its offsets go on. */
  empty(topic: string): Promise<void>;
  /** Forgets where the group was, so that it begins at the start of its topic; it must have no member. */
  rewind(groupId: string): Promise<void>;
  /** Removes members whose process is dead, which the broker would wait for until their session has timed out. */
  expelMembers(groupId: string): Promise<void>;
  close(): Promise<void>;
}

const RECORDS_PER_REQUEST = 1000;

/** Connects to a broker; `close` ends all connections. */
export async function openTopicClient(
  bootstrapServers: string,
): Promise<TopicClient> {
  const kafka = new Kafka({
    clientId: "test",
    brokers: bootstrapServers.split(","),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  const producer = kafka.producer({
    // A request that is sent again would shift the offsets that a test counts on.
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await Promise.all([admin.connect(), producer.connect()]);
  return {
    admin,
    send: async (topic, records, perRequest = RECORDS_PER_REQUEST) => {
      for (let first = 0; first < records.length; first += perRequest) {
        const messages = records
          .slice(first, first + perRequest)
          .map(toMessage);
        await producer.send({ topic, messages, acks: -1 });
      }
    },
    readAll: (topics) => readAll(kafka, admin, topics),
    empty: async (topic) => {
      const ends = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: ends.map(({ partition, high }) => ({
          partition,
          offset: high,
        })),
      });
    },
    rewind: async (groupId) => {
      const { groups } = await admin.listGroups();
      if (groups.some((group) => group.groupId === groupId))
        await admin.deleteGroups([groupId]);
    },
    expelMembers: async (groupId) => {
      const { groups } = await admin.describeGroups([groupId]);
      for (const { memberId } of groups[0]?.members ?? [])
        await leaveGroup(bootstrapServers, groupId, memberId);
    },
    close: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
}

function toMessage({ value, ...record }: OutgoingRecord): Message {
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : value;
  return { ...record, value: bytes };
}

async function readAll(
  kafka: Kafka,
  admin: Admin,
  topics: readonly string[],
): Promise<TopicRecord[]> {
  const missing = new Map<string, number>();
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(
      topic,
    )) {
      if (Number(high) > Number(low))
        missing.set(`${topic}-${partition}`, Number(high));
    }
  }
  const records: TopicRecord[] = [];
  if (missing.size === 0) return records;
  const done = Promise.withResolvers<void>();
  const groupId = `reader-${crypto.randomUUID()}`;
  const consumer: Consumer = kafka.consumer({ groupId });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const { topic, partition, messages } = batch;
        for (const { offset, timestamp, key, value, headers } of messages) {
          records.push({
            topic,
            partition,
            offset: Number(offset),
            timestampMs: Number(timestamp),
            key,
            value,
            headers: Object.entries(headers ?? {}).flatMap(([name, content]) =>
              [content ?? []]
                .flat()
                .map((bytes) => [name, Buffer.from(bytes)] as const),
            ),
          });
        }
        const end = missing.get(`${topic}-${partition}`);
        // Compaction may have removed the records before the end, so what counts is the batch's last offset.
        if (end !== undefined && Number(batch.lastOffset()) + 1 >= end)
          missing.delete(`${topic}-${partition}`);
        if (missing.size === 0) done.resolve();
      },
    });
    await done.promise;
  } finally {
    await consumer.disconnect();
  }
  await admin.deleteGroups([groupId]);
  return records;
}
