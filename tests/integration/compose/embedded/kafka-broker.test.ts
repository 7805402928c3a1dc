import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";

const EIGHT_MB = 8 * 1024 * 1024;
const kafka = new Kafka({
  brokers: [kafkaBootstrapServers()],
  logLevel: logLevel.NOTHING,
  retry: { retries: 2 },
});
const producer = kafka.producer();

beforeAll(async () => {
  await producer.connect();
});
afterAll(async () => {
  await producer.disconnect();
});

test("a topic takes records as large as its own setting allows, up to 8 MB", async () => {
  const topic = await createTopic({
    config: { "max.message.bytes": String(EIGHT_MB) },
  });

  await send(topic, EIGHT_MB - 1024);

  await expect(send(topic, EIGHT_MB + 1024)).rejects.toMatchObject({
    type: "MESSAGE_TOO_LARGE",
  });
});

test("a topic without that setting takes 1 MB and no more, so that its dead letters fit", async () => {
  const topic = await createTopic();

  await send(topic, 1_000_000);

  await expect(send(topic, 1_100_000)).rejects.toMatchObject({
    type: "MESSAGE_TOO_LARGE",
  });
});

test("a consumer of a new group gets its partitions without the initial 3 s", async () => {
  const topic = await createTopic({ partitions: 2 });
  // The first group of all waits for the topic of the offsets to be made.
  await joinGroup(topic);

  const durationMs = await joinGroup(topic);

  expect(durationMs).toBeLessThan(3_000);
});

async function send(topic: string, sizeBytes: number): Promise<void> {
  await producer.send({
    topic,
    messages: [{ value: Buffer.alloc(sizeBytes) }],
  });
}

/** Returns how long it took from the first request to the assignment, in milliseconds. */
async function joinGroup(topic: string): Promise<number> {
  const consumer = kafka.consumer({
    groupId: `${topic}-${randomUUID()}`,
    maxWaitTimeInMs: 100,
  });
  const joined = new Promise((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, resolve);
  });
  const begin = performance.now();
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({ eachMessage: () => Promise.resolve() });
  await joined;
  const durationMs = performance.now() - begin;
  await consumer.disconnect();
  return durationMs;
}
