import { randomUUID } from "node:crypto";

import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";

const connection = { bootstrapServers: [kafkaBootstrapServers()] };
const offsets = createTopicOffsets(connection);
const publisher = createRecordPublisher(connection);
const admin = new Kafka({
  brokers: connection.bootstrapServers,
  logLevel: logLevel.NOTHING,
}).admin();

beforeAll(() => admin.connect());
afterAll(async () => {
  await Promise.all([offsets.close(), publisher.close(), admin.disconnect()]);
});

describe("the start and the end", () => {
  test("of an empty topic are 0 in every partition", async () => {
    const topic = await createTopic({ partitions: 3 });
    const zeros = new Map([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);

    expect(await offsets.readStartOffsets(topic)).toEqual(zeros);
    expect(await offsets.readEndOffsets(topic)).toEqual(zeros);
  });

  test("follow the records that are added and the ones that are deleted", async () => {
    const topic = await createTopic();
    await publishRecords(topic, 5);
    expect(await offsets.readEndOffsets(topic)).toEqual(new Map([[0, 5]]));

    await admin.fetchTopicOffsets(topic); // loads what the next call needs to know
    await admin.deleteTopicRecords({
      topic,
      partitions: [{ partition: 0, offset: "2" }],
    });
    await publishRecords(topic, 1);

    expect(await offsets.readStartOffsets(topic)).toEqual(new Map([[0, 2]]));
    expect(await offsets.readEndOffsets(topic)).toEqual(new Map([[0, 6]]));
  });

  test("include the partitions that a topic is extended by", async () => {
    const topic = await createTopic();
    await offsets.readEndOffsets(topic);

    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });

    await expect
      .poll(async () => new Set((await offsets.readEndOffsets(topic)).keys()), {
        timeout: 10_000,
      })
      .toEqual(new Set([0, 1, 2]));
  });

  test("of a topic that does not exist are told with its name, and other topics are read on", async () => {
    const topic = await createTopic();

    await expect(offsets.readEndOffsets("no-such-topic")).rejects.toMatchObject(
      {
        name: "PipelineError",
        code: "kafka_failed",
        domain: "external",
        message: expect.stringContaining("end offsets of no-such-topic"),
      },
    );

    expect(await offsets.readEndOffsets(topic)).toEqual(new Map([[0, 0]]));
  });
});

describe("the committed offsets", () => {
  test("of a group are those of the partitions that it has committed", async () => {
    const topic = await createTopic({ partitions: 3 });
    const group = `test-${randomUUID()}`;
    await commit(group, topic, [
      { partition: 0, offset: "7" },
      { partition: 2, offset: "0" },
    ]);

    expect(await offsets.readCommittedOffsets(group, topic)).toEqual(
      new Map([
        [0, 7],
        [2, 0],
      ]),
    );
  });

  test("of a group without commits are none", async () => {
    const topic = await createTopic({ partitions: 2 });

    const committed = await offsets.readCommittedOffsets(
      `test-${randomUUID()}`,
      topic,
    );

    expect(committed).toEqual(new Map());
  });

  test("of a group that has committed another topic only are none", async () => {
    const [topic, other] = [await createTopic(), await createTopic()];
    const group = `test-${randomUUID()}`;
    await commit(group, other, [{ partition: 0, offset: "3" }]);

    expect(await offsets.readCommittedOffsets(group, topic)).toEqual(new Map());
  });
});

test("closing leaves no connection behind, not even after failures", async () => {
  const before = countSockets();
  const failing = createTopicOffsets(connection);
  for (let round = 0; round < 2; round += 1)
    await expect(failing.readStartOffsets("no-such-topic")).rejects.toThrow(
      "no-such-topic",
    );

  await failing.close();

  await expect.poll(countSockets).toBeLessThanOrEqual(before);
});

test("a Kafka that is not there is told within 15 s", async () => {
  const lonely = createTopicOffsets({
    bootstrapServers: [`127.0.0.1:${await findFreePort()}`],
  });
  const startedAtMs = performance.now();

  const attempt = lonely.readEndOffsets("plays");

  await expect(attempt).rejects.toMatchObject({
    name: "PipelineError",
    code: "kafka_failed",
    retry: true,
    message: expect.stringContaining("ECONNREFUSED"),
  });
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  await lonely.close();
});

function publishRecords(topic: string, count: number): Promise<void> {
  return publisher.publish(
    topic,
    Array.from({ length: count }, () => ({ key: "1", value: "{}" })),
  );
}

function countSockets(): number {
  return process
    .getActiveResourcesInfo()
    .filter((resource) => resource === "TCPSocketWrap").length;
}

/** The first group of all waits for the topic of the offsets to be made. */
async function commit(
  groupId: string,
  topic: string,
  partitions: { partition: number; offset: string }[],
): Promise<void> {
  await expect
    .poll(
      () =>
        admin
          .setOffsets({ groupId, topic, partitions })
          .then(() => "committed"),
      { timeout: 30_000 },
    )
    .toBe("committed");
}
