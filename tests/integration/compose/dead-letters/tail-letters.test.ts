import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import {
  type TailOptions,
  tailLetters,
} from "#compose/dead-letters/tail-letters.ts";
import { followTopic } from "#shared/adapters/kafka/follow-topic.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { encodeDeadLetter } from "#shared/domain/dead-letter.ts";
import type { StoredLetter } from "#shared/domain/read-letter.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import { DEAD_LETTER_TOPIC, TOPICS } from "#shared/domain/topics.ts";
import type { OutgoingRecord } from "#shared/ports/record-publisher.ts";
import { leaveGroup } from "#tests/support/pipeline/leave-group.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";

const connection = { bootstrapServers: [kafkaBootstrapServers()] };
const publisher = createRecordPublisher(connection);
const admin = new Kafka({
  brokers: [kafkaBootstrapServers()],
  logLevel: logLevel.NOTHING,
}).admin();

beforeAll(async () => {
  await admin.connect();
  await createTopics(
    connection,
    TOPICS.filter(({ topic }) => topic === DEAD_LETTER_TOPIC),
  );
});
afterAll(async () => {
  await Promise.all([admin.disconnect(), publisher.close()]);
});

test("an empty topic is at its end at once", async () => {
  const topic = await createTopic({ partitions: 3 });

  for (const isFromBeginning of [true, false])
    expect(await follow(topic, { isFromBeginning, isUntilEnd: true })).toEqual(
      [],
    );
  await publish(topic, ["a"]);
  expect(
    await follow(topic, { isFromBeginning: false, isUntilEnd: true }),
  ).toEqual([]);
});

test("from the beginning to the end is everything that the topic holds, and no group is left behind", async () => {
  const topic = await createTopic({ partitions: 3 });
  const texts = Array.from({ length: 50 }, (_, index) => String(index));
  await publish(topic, texts);
  const { partitions } = await deleteFirstRecords(topic);

  const seen = await follow(topic, { isFromBeginning: true, isUntilEnd: true });

  expect(seen).toHaveLength(50 - partitions);
  expect(new Set(seen).size).toBe(seen.length);
  expect(await listFollowers(topic)).toEqual([]);
});

test("only what comes is seen, each once, also when the broker shares the partitions out anew", async () => {
  const topic = await createTopic({ partitions: 3 });
  await publish(topic, ["old"]);
  const seen: string[] = [];
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const ready = Promise.withResolvers<void>();
  let readyCount = 0;

  const following = follow(
    topic,
    {
      signal: controller.signal,
      onReady: () => {
        readyCount += 1;
        ready.resolve();
      },
    },
    (text) => seen.push(text),
  );
  await ready.promise;
  await publish(topic, ["a", "b", "c"]);
  await expect.poll(() => seen.toSorted()).toEqual(["a", "b", "c"]);
  await expelFollower(topic);
  await publish(topic, ["d"]);
  await expect.poll(() => seen.includes("d")).toBe(true);
  controller.abort();
  await following;

  expect(seen.toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(readyCount).toBe(1);
  expect(await listFollowers(topic)).toEqual([]);
});

test("a signal that has been given already ends it", async () => {
  const topic = await createTopic();

  await expect(follow(topic, { signal: AbortSignal.abort() })).resolves.toEqual(
    [],
  );
});

test("a topic that is not there is named", async () => {
  await expect(follow("test-not-there", {})).rejects.toMatchObject({
    code: "kafka_failed",
    message: expect.stringContaining("following test-not-there"),
  });
});

test("letters are read as they are stored, those that fit", async () => {
  const record = makeRecord({ id: 1, partition: 7, offset: 1041 });
  const tail = tailing({ reasons: ["invalid_schema", "retries_exhausted"] });
  await tail.isReady;

  await publisher.publish(DEAD_LETTER_TOPIC, [
    letterAbout({ record, reason: "malformed_json" }),
    letterAbout({ record, reason: "invalid_schema" }),
    failureDocumentAbout("users", 9),
    { key: null, value: "no letter" },
    letterAbout({ record, reason: "invalid_schema", detail: "the last one" }),
  ]);
  await expect.poll(() => tail.letters.length).toBe(3);
  await tail.end();

  expect(
    tail.letters.map(({ reason, record: { topic, offset } }) => [
      reason,
      topic,
      offset,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ["invalid_schema", "stream-events", 1041],
      ["retries_exhausted", "users", 9],
      ["invalid_schema", "stream-events", 1041],
    ]),
  );
});

function letterAbout(rejection: Partial<Rejection>): OutgoingRecord {
  return encodeDeadLetter(
    {
      record: makeRecord({ id: 1 }),
      reason: "invalid_schema",
      detail: "of a test",
      ...rejection,
    },
    { functionVersion: "1", atMs: Date.now() },
  );
}

/** What an event source mapping writes of a record that it has given up. */
function failureDocumentAbout(topic: string, offset: number): OutgoingRecord {
  const document = {
    requestContext: {
      condition: "RetriesExhausted",
      functionArn: "arn",
      approximateInvokeCount: 3,
    },
    responseContext: null,
    KafkaBatchInfo: { recordInfo: { offset: String(offset) } },
    payload: {
      eventSource: "SelfManagedKafka",
      records: {
        [`${topic}-2`]: [
          {
            topic,
            partition: 2,
            offset,
            timestamp: 1000,
            key: "AA==",
            value: "/w==",
            headers: [],
          },
        ],
      },
    },
  };
  return { key: null, value: JSON.stringify(document) };
}

function tailing(filter: TailOptions["filter"]) {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const letters: StoredLetter[] = [];
  const ready = Promise.withResolvers<void>();
  const ended = tailLetters(
    {
      kafkaBootstrapServers: kafkaBootstrapServers(),
      filter,
      isFromBeginning: false,
      isUntilEnd: false,
      signal: controller.signal,
      onReady: ready.resolve,
    },
    (letter) => letters.push(letter),
  );
  return {
    letters,
    isReady: Promise.race([ready.promise, ended]),
    end: () => {
      controller.abort();
      return ended;
    },
  };
}

/** Follows a topic to the end, or until the signal; returns the values as text. */
async function follow(
  topic: string,
  options: Partial<Parameters<typeof followTopic>[1]>,
  onText: (text: string) => void = () => undefined,
): Promise<string[]> {
  const texts: string[] = [];
  await followTopic(
    connection,
    {
      topic,
      isFromBeginning: false,
      isUntilEnd: false,
      signal: new AbortController().signal,
      ...options,
    },
    ({ value }) => {
      const text = Buffer.from(value ?? []).toString();
      texts.push(text);
      onText(text);
    },
  );
  return texts;
}

function publish(topic: string, texts: readonly string[]): Promise<void> {
  return publisher.publish(
    topic,
    texts.map((text) => ({ key: text, value: text })),
  );
}

/** Retention has deleted the first record of each partition. */
async function deleteFirstRecords(
  topic: string,
): Promise<{ partitions: number }> {
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({
    topic,
    partitions: offsets.map(({ partition }) => ({ partition, offset: "1" })),
  });
  return { partitions: offsets.length };
}

async function listFollowers(topic: string): Promise<string[]> {
  const { groups } = await admin.listGroups();
  return groups
    .map(({ groupId }) => groupId)
    .filter((groupId) => groupId.startsWith(`follow-${topic}-`));
}

/** The broker forgets the only member of the group; resolves when that has joined anew. */
async function expelFollower(topic: string): Promise<void> {
  const [groupId = ""] = await listFollowers(topic);
  const listMembers = async () => {
    const { groups } = await admin.describeGroups([groupId]);
    const [group] = groups;
    return group?.state === "Stable"
      ? group.members.map(({ memberId }) => memberId)
      : [];
  };
  const [expelled = ""] = await listMembers();
  await leaveGroup(kafkaBootstrapServers(), groupId, expelled);
  await expect
    .poll(listMembers)
    .toEqual([expect.not.stringContaining(expelled)]);
}
