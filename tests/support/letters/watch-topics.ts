import { randomUUID } from "node:crypto";

import { type Admin, type Consumer, Kafka, logLevel } from "kafkajs";
import { expect } from "vitest";

import type { KafkaRecord } from "#shared/domain/record.ts";

/** Sees what is sent to topics. */
export interface TopicWatch {
  /** What was sent since the last call, or since the start, by topic, partition and offset. */
  takeSent(): Promise<KafkaRecord[]>;
  close(): Promise<void>;
}

/** Watches topics from now on; the broker, and no timer, says when everything has been seen. */
export async function watchTopics(
  bootstrapServers: string,
  topics: readonly string[],
): Promise<TopicWatch> {
  const kafka = new Kafka({
    clientId: "test-watch",
    brokers: [bootstrapServers],
    logLevel: logLevel.NOTHING,
  });
  const groupId = `watch-${randomUUID()}`;
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20 });
  await admin.connect();
  const seen: KafkaRecord[] = [];
  const seenTo = await readEnds(admin, topics);
  const begin = new Map(seenTo);
  await startConsumer(consumer, topics, begin, (record) => {
    seen.push(record);
    seenTo.set(nameOf(record), record.offset + 1);
  });
  return {
    takeSent: async () => {
      const ends = await readEnds(admin, topics);
      await expect
        .poll(() => isEverythingSeen(seenTo, ends), { interval: 5 })
        .toBe(true);
      return seen
        .splice(0)
        .toSorted(
          (a, b) =>
            a.topic.localeCompare(b.topic) ||
            a.partition - b.partition ||
            a.offset - b.offset,
        );
    },
    close: async () => {
      await consumer.disconnect();
      await admin.deleteGroups([groupId]);
      await admin.disconnect();
    },
  };
}

async function startConsumer(
  consumer: Consumer,
  topics: readonly string[],
  begin: ReadonlyMap<string, number>,
  onRecord: (record: KafkaRecord) => void,
): Promise<void> {
  await consumer.connect();
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    eachBatch: ({ batch: { topic, partition, messages } }) => {
      for (const { offset, timestamp, key, value, headers } of messages) {
        const place = { topic, partition, offset: Number(offset) };
        if (place.offset < (begin.get(nameOf(place)) ?? 0)) continue;
        onRecord({
          ...place,
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
      return Promise.resolve();
    },
  });
  await joined;
}

/** Where each partition ends, by its name. */
async function readEnds(
  admin: Admin,
  topics: readonly string[],
): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  for (const topic of topics)
    for (const { partition, high } of await admin.fetchTopicOffsets(topic))
      ends.set(nameOf({ topic, partition }), Number(high));
  return ends;
}

function isEverythingSeen(
  seenTo: ReadonlyMap<string, number>,
  ends: ReadonlyMap<string, number>,
): boolean {
  return [...ends].every(([name, end]) => (seenTo.get(name) ?? 0) >= end);
}

function nameOf({
  topic,
  partition,
}: Pick<KafkaRecord, "topic" | "partition">): string {
  return `${topic}-${partition}`;
}
