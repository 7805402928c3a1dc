import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  kafkaAdmin,
  produce,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

test("a new group reads from the oldest record unless told", async () => {
  const topic = await createTopic();
  await produce(topic, { value: "before" });

  const { events } = await startMapping(topic, {}, () => SUCCESS);

  await expect.poll(() => valuesOf(events)).toStrictEqual(["before"]);
});

test("LATEST reads what comes after the start, also when nothing was handled before a restart", async () => {
  const topic = await createTopic({ partitions: 2 });
  await produce(
    topic,
    { value: "before", partition: 0 },
    { value: "before", partition: 1 },
  );
  const parameters = {
    StartingPosition: "LATEST",
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  const first = await startMapping(topic, parameters, () => SUCCESS);
  expect(await committedOffsets(first.mapping.groupId, topic)).toStrictEqual([
    1, 1,
  ]);
  await first.mapping.stop();

  await produce(topic, { value: "between", partition: 0 });
  const { events } = await startMapping(topic, parameters, () => SUCCESS);
  await produce(topic, { value: "after", partition: 1 });

  await expect
    .poll(() => valuesOf(events).toSorted())
    .toStrictEqual(["after", "between"]);
});

test("AT_TIMESTAMP reads from the first record at or after the time", async () => {
  const topic = await createTopic();
  const startSeconds = 1_700_000_000;
  await produce(
    topic,
    ...[-1000, 0, 1000].map((laterMs) => ({
      value: String(laterMs),
      timestamp: String(startSeconds * 1000 + laterMs),
    })),
  );

  const { events } = await startMapping(
    topic,
    {
      StartingPosition: "AT_TIMESTAMP",
      StartingPositionTimestamp: startSeconds,
    },
    () => SUCCESS,
  );

  await expect.poll(() => valuesOf(events)).toStrictEqual(["0", "1000"]);
});

test("a group with committed offsets goes on from them and reads an added partition from its first record", async () => {
  const topic = await createTopic();
  await produce(topic, { value: "handled" });
  const parameters = {
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  const first = await startMapping(topic, parameters, () => SUCCESS);
  await expect.poll(() => first.mapping.counters().CommittedEventCount).toBe(1);
  await first.mapping.stop();
  const admin = await kafkaAdmin();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
  await produce(
    topic,
    { value: "new", partition: 0 },
    { value: "in the added partition", partition: 1 },
  );

  const { events } = await startMapping(
    topic,
    { ...parameters, StartingPosition: "LATEST" },
    () => SUCCESS,
  );

  await expect
    .poll(() => valuesOf(events).toSorted())
    .toStrictEqual(["in the added partition", "new"]);
});

test("a mapping that is not enabled polls nothing", async () => {
  const topic = await createTopic();

  const { mapping } = await startMapping(
    topic,
    { Enabled: false },
    () => SUCCESS,
  );

  expect(mapping.state).toBe("Disabled");
  expect(await committedOffsets(mapping.groupId, topic)).toStrictEqual([-1]);
});
