import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  kafkaAdmin,
  produce,
  produceNumbered,
  recordsOf,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

/** Deletes the topic and creates it again, empty, with one partition. */
async function makeAnew(topic: string): Promise<void> {
  const admin = await kafkaAdmin();
  await admin.deleteTopics({ topics: [topic] });
  const remake = {
    topics: [{ topic, numPartitions: 1 }],
    waitForLeaders: false,
  };
  // Answers false as long as the broker is still deleting the old one.
  await expect.poll(() => admin.createTopics(remake)).toBe(true);
}

test("a committed offset that retention has removed leads on to the oldest record, counted and reported", async () => {
  const topic = await createTopic();
  const parameters = {
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  await produceNumbered(topic, [0], 5);
  const first = await startMapping(topic, parameters, () => SUCCESS);
  await expect.poll(() => first.mapping.counters().CommittedEventCount).toBe(5);
  await first.mapping.stop();
  await produce(
    topic,
    ...["5", "6", "7", "8"].map((value) => ({ value, partition: 0 })),
  );
  const admin = await kafkaAdmin();
  // The client deletes only of topics whose partitions it has looked up.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({
    topic,
    partitions: [{ partition: 0, offset: "7" }],
  });

  const second = await startMapping(topic, parameters, () => ({
    kind: "throttled",
  }));

  expect(second.mapping.counters().OffsetOutOfRangeCount).toBe(1);
  expect(second.mapping.lastProcessingResult).toMatch(/^PROBLEM: /);
  await second.mapping.stop();
  const third = await startMapping(topic, parameters, () => SUCCESS);
  await expect.poll(() => valuesOf(third.events)).toStrictEqual(["7", "8"]);
});

test("a topic that is found made anew while it is read is read from its first record", async () => {
  const topic = await createTopic();
  // LATEST has done its part at the start: of the new topic nothing may be left out.
  const parameters = { StartingPosition: "LATEST" };
  const { mapping, events } = await startMapping(
    topic,
    parameters,
    () => SUCCESS,
  );
  await produceNumbered(topic, [0], 5);
  await expect.poll(() => mapping.counters().CommittedEventCount).toBe(5);

  await makeAnew(topic);
  await produce(topic, { value: "new:0", partition: 0 });
  await expect
    .poll(() => valuesOf(events).slice(5), { timeout: 60_000 })
    .toStrictEqual(["new:0"]);
  // Beyond the old end: nothing that is remembered of the old records may hide these.
  await produceNumbered(topic, [0], 8);

  await expect.poll(() => valuesOf(events).slice(6)).toHaveLength(8);
  expect(mapping.counters().OffsetOutOfRangeCount).toBeGreaterThanOrEqual(1);
  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([9]);
});

test("limitation of the Kafka client: a topic that was deleted, made anew and grown past the old position between two polls goes unnoticed", async () => {
  const topic = await createTopic();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  // Full with a single record: while one waits behind the invocation, nothing is polled.
  const { mapping, events } = await startMapping(
    topic,
    { BatchSize: 1 },
    async () => {
      await released;
      return SUCCESS;
    },
    { choices: { bufferedBytesPerPoller: 1 } },
  );
  await produceNumbered(topic, [0], 1);
  await expect.poll(() => events).toHaveLength(1);
  await produce(topic, { value: "old:1", partition: 0 });
  await expect.poll(() => mapping.counters().PendingEventCount).toBe(2);

  await makeAnew(topic);
  await produce(
    topic,
    ...[0, 1, 2, 3].map((offset) => ({
      value: `new:${offset}`,
      partition: 0,
    })),
  );
  release();

  // What lies below the old position is never read, and nothing says so.
  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([4]);
  expect(valuesOf(events)).toStrictEqual(["0:0", "old:1", "new:2", "new:3"]);
  expect(mapping.counters().OffsetOutOfRangeCount).toBe(0);
  expect(mapping.lastProcessingResult).toBe("OK");
});

test("work in flight on a partition that a rebalance takes away is not committed, and is done by its new owner", async () => {
  const topic = await createTopic({ partitions: 4 });
  await produceNumbered(topic, [0, 1, 2, 3], 3);
  const parameters = {
    BatchSize: 3,
    ProvisionedPollerConfig: {},
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const choices = { heartbeatIntervalMs: 200 };
  const first = await startMapping(
    topic,
    parameters,
    async () => {
      await released;
      return SUCCESS;
    },
    { choices },
  );
  await expect.poll(() => first.events).toHaveLength(4);

  const second = await startMapping(topic, parameters, () => SUCCESS, {
    choices,
  });
  await expect
    .poll(() => second.events.length, { timeout: 30_000 })
    .toBeGreaterThan(0);
  const moved = new Set(
    second.mapping.partitions.map(({ partition }) => partition),
  );
  expect(moved.size).toBe(2);
  release();

  // The first goes on with what it kept, without a second invocation of it; the second has done the rest anew.
  await expect
    .poll(() => committedOffsets(first.mapping.groupId, topic), {
      timeout: 30_000,
    })
    .toStrictEqual([3, 3, 3, 3]);
  expect(first.events).toHaveLength(4);
  expect(
    new Set(second.events.flatMap(recordsOf).map(({ partition }) => partition)),
  ).toStrictEqual(moved);
  expect(first.mapping.counters()).toMatchObject({ SucceededEventCount: 6 });
  expect(second.mapping.counters()).toMatchObject({ SucceededEventCount: 6 });
});

test("a partition that comes back is not invoked while its old invocation is in flight", async () => {
  const topic = await createTopic({ partitions: 2 });
  await produceNumbered(topic, [0, 1], 2);
  const parameters = {
    BatchSize: 2,
    ProvisionedPollerConfig: { MinimumPollers: 2 },
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  const running = new Set<number>();
  let sharedCount = 0;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const answer = async (event: Parameters<typeof recordsOf>[0]) => {
    const [partition = -1] = recordsOf(event).map((record) => record.partition);
    if (running.has(partition)) sharedCount += 1;
    running.add(partition);
    await released;
    running.delete(partition);
    return SUCCESS;
  };

  // The second poller joins while the first has both partitions in flight: one of them moves to it.
  const { mapping, events } = await startMapping(topic, parameters, answer, {
    choices: { heartbeatIntervalMs: 200 },
  });
  await expect
    .poll(() => mapping.partitions.length, { timeout: 30_000 })
    .toBe(2);
  await expect
    .poll(() => mapping.counters().PolledEventCount, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(4);
  release();

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 30_000 })
    .toStrictEqual([2, 2]);
  expect(sharedCount).toBe(0);
  expect(events).toHaveLength(2);
});

test("a partition that is paused as full goes on when an invocation from before a rebalance has handled all that waited", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 3);
  const parameters = {
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { mapping, events } = await startMapping(
    topic,
    parameters,
    async () => {
      await released;
      return SUCCESS;
    },
    { choices: { heartbeatIntervalMs: 200, bufferedBytesPerPoller: 1 } },
  );
  await expect.poll(() => events).toHaveLength(1);

  // Another member comes and goes, while all three records are in flight: they are fetched again.
  const other = await startMapping(topic, parameters, () => ({
    kind: "throttled",
  }));
  await other.mapping.stop();
  await expect
    .poll(() => mapping.counters().PendingEventCount, { timeout: 30_000 })
    .toBe(6);
  release();
  await produce(topic, { value: "later", partition: 0 });

  await expect
    .poll(() => valuesOf(events), { timeout: 30_000 })
    .toStrictEqual(["0:0", "0:1", "0:2", "later"]);
});
