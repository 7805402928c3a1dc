import { randomUUID } from "node:crypto";

import kafkajs from "kafkajs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { TOPICS, type TopicDeclaration } from "#shared/domain/topics.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";

const { ConfigResourceTypes, ConfigSource, Kafka, logLevel } = kafkajs;

const DAY_MS = 24 * 60 * 60 * 1000;
const connection = { bootstrapServers: [kafkaBootstrapServers()] };
const admin = new Kafka({
  brokers: connection.bootstrapServers,
  logLevel: logLevel.NOTHING,
}).admin();
let prefix: string;

beforeAll(() => admin.connect());
beforeEach(() => {
  prefix = `test-${randomUUID()}-`;
});
afterAll(async () => {
  const topics = await admin.listTopics();
  await admin.deleteTopics({
    topics: topics.filter((topic) => ours.has(topic)),
  });
  await admin.disconnect();
});

const ours = new Set<string>();

test("the eight topics get the partitions and the policies of the design", async () => {
  const results = await createTopics(connection, TOPICS.map(rename));

  expect(results).toEqual([
    { topic: `${prefix}users`, partitions: 3, action: "created" },
    { topic: `${prefix}artists`, partitions: 3, action: "created" },
    { topic: `${prefix}albums`, partitions: 3, action: "created" },
    { topic: `${prefix}songs`, partitions: 5, action: "created" },
    { topic: `${prefix}devices`, partitions: 2, action: "created" },
    { topic: `${prefix}locations`, partitions: 3, action: "created" },
    { topic: `${prefix}stream-events`, partitions: 10, action: "created" },
    { topic: `${prefix}dead-letter-queue`, partitions: 3, action: "created" },
  ]);
  for (const { topic, partitions } of results)
    expect(await countPartitions(topic)).toBe(partitions);
  const compacted = {
    "cleanup.policy": "compact",
    "delete.retention.ms": String(3650 * DAY_MS),
    "max.compaction.lag.ms": String(DAY_MS),
    "message.timestamp.type": "LogAppendTime",
  };
  for (const dimension of ["users", "artists", "albums", "songs", "devices"])
    expect(await readPolicies(`${prefix}${dimension}`)).toEqual(compacted);
  expect(await readPolicies(`${prefix}locations`)).toEqual(compacted);
  expect(await readPolicies(`${prefix}stream-events`)).toEqual({
    "cleanup.policy": "delete",
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": String(3 * DAY_MS),
  });
  expect(await readPolicies(`${prefix}dead-letter-queue`)).toEqual({
    "cleanup.policy": "delete",
    "flush.messages": "1",
    "max.message.bytes": String(8 * 1024 * 1024),
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": String(14 * DAY_MS),
  });
});

test("a second run keeps what is there", async () => {
  const declarations = [declare("plays", 2, { "retention.ms": "86400000" })];
  await createTopics(connection, declarations);

  const results = await createTopics(connection, declarations);

  expect(results).toEqual([
    { topic: `${prefix}plays`, partitions: 2, action: "kept" },
  ]);
  expect(await readPolicies(`${prefix}plays`)).toEqual({
    "retention.ms": "86400000",
  });
});

test("a topic with fewer partitions than declared is extended, one with more is left alone", async () => {
  await createTopics(connection, [declare("few", 1), declare("many", 4)]);

  const results = await createTopics(connection, [
    declare("few", 3),
    declare("many", 2),
    declare("new", 1),
  ]);

  expect(results).toEqual([
    { topic: `${prefix}few`, partitions: 3, action: "extended" },
    { topic: `${prefix}many`, partitions: 4, action: "kept" },
    { topic: `${prefix}new`, partitions: 1, action: "created" },
  ]);
  await expect.poll(() => countPartitions(`${prefix}few`)).toBe(3);
  expect(await countPartitions(`${prefix}many`)).toBe(4);
});

test("policies that differ from the declaration are put right", async () => {
  await createTopics(connection, [
    declare("users", 1, { "cleanup.policy": "delete" }),
  ]);

  await createTopics(connection, [
    declare("users", 1, {
      "cleanup.policy": "compact",
      "message.timestamp.type": "LogAppendTime",
    }),
  ]);

  await expect
    .poll(() => readPolicies(`${prefix}users`))
    .toEqual({
      "cleanup.policy": "compact",
      "message.timestamp.type": "LogAppendTime",
    });
});

test("settings that an operator has added to a topic stay", async () => {
  const declarations = [declare("plays", 1, { "retention.ms": "86400000" })];
  await createTopics(connection, [
    declare("plays", 1, {
      "retention.ms": "3600000",
      "segment.bytes": "10485760",
    }),
  ]);

  await createTopics(connection, declarations);

  await expect
    .poll(() => readPolicies(`${prefix}plays`))
    .toEqual({ "retention.ms": "86400000", "segment.bytes": "10485760" });
});

test("two runs at once create the topics once, and neither fails", async () => {
  const declarations = [declare("one", 2), declare("two", 3)];

  await Promise.all([
    createTopics(connection, declarations),
    createTopics(connection, declarations),
  ]);

  expect(await countPartitions(`${prefix}one`)).toBe(2);
  expect(await countPartitions(`${prefix}two`)).toBe(3);
});

test("a setting that Kafka refuses is told with Kafka's reason", async () => {
  const attempt = createTopics(connection, [
    declare("plays", 1, { "cleanup.policy": "forget" }),
  ]);

  await expect(attempt).rejects.toMatchObject({
    name: "PipelineError",
    code: "kafka_failed",
    message: expect.stringMatching(/topics could not be created.*onfig/),
  });
});

test("a Kafka that is not there is told within 15 s", async () => {
  const startedAtMs = performance.now();

  const attempt = createTopics(
    { bootstrapServers: [`127.0.0.1:${await findFreePort()}`] },
    [declare("plays", 1)],
  );

  await expect(attempt).rejects.toMatchObject({
    name: "PipelineError",
    code: "kafka_failed",
    domain: "external",
    retry: true,
    message: expect.stringContaining("ECONNREFUSED"),
  });
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
});

function declare(
  name: string,
  partitions: number,
  config: Readonly<Record<string, string>> = {},
): TopicDeclaration {
  return rename({ topic: name, partitions, config });
}

/** The topics of the design have names of which the servers of this run hold one each. */
function rename(declaration: TopicDeclaration): TopicDeclaration {
  const topic = `${prefix}${declaration.topic}`;
  ours.add(topic);
  return { ...declaration, topic };
}

async function countPartitions(topic: string): Promise<number | undefined> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length;
}

/** The settings of the topic itself, without the broker's. */
async function readPolicies(topic: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
  });
  const entries = resources[0]?.configEntries ?? [];
  return Object.fromEntries(
    entries
      .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
      .map(({ configName, configValue }) => [configName, configValue]),
  );
}
