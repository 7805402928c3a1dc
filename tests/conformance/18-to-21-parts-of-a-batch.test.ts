import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  createHastyClock,
  FUNCTION_ERROR,
  produce,
  produceNumbered,
  readTopic,
  reportFailed,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

const PROVISIONED = { ProvisionedPollerConfig: {} };
const REPORTING = {
  ...PROVISIONED,
  FunctionResponseTypes: ["ReportBatchItemFailures"],
};

test("18: a failing batch is bisected until the record that is to blame is alone, and only that one is disposed of", async () => {
  const topic = await createTopic();
  const letters = await createTopic();
  await produceNumbered(topic, [0], 4);

  const { mapping, events } = await startMapping(
    topic,
    {
      ...PROVISIONED,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: `kafka://${letters}` } },
    },
    (event) => (valuesOf([event]).includes("0:2") ? FUNCTION_ERROR : SUCCESS),
    { clock: createHastyClock([]) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([4]);
  expect(events.map((event) => valuesOf([event]))).toStrictEqual([
    ["0:0", "0:1", "0:2", "0:3"],
    ["0:0", "0:1"],
    ["0:2", "0:3"],
    ["0:2"],
    ["0:2"],
    ["0:3"],
  ]);
  expect(mapping.counters()).toMatchObject({
    SucceededEventCount: 3,
    OnFailureDestinationDeliveredEventCount: 1,
    DroppedEventCount: 0,
    CommittedEventCount: 4,
  });
  expect(await readTopic(letters, 1)).toMatchObject([
    {
      value: {
        requestContext: { condition: "RetriesExhausted" },
        KafkaBatchInfo: { recordInfo: { offset: "2" } },
      },
    },
  ]);
});

test("19: the listed records are failed, the others are done", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 4);

  const { mapping, events } = await startMapping(
    topic,
    REPORTING,
    (_, attempt) =>
      attempt === 1 ? reportFailed(topic, "0:1", "0:2") : SUCCESS,
    { clock: createHastyClock([]) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([4]);
  expect(events.map((event) => valuesOf([event]))).toStrictEqual([
    ["0:0", "0:1", "0:2", "0:3"],
    ["0:1", "0:2"],
  ]);
  expect(mapping.counters()).toMatchObject({
    SucceededEventCount: 4,
    InvokedEventCount: 6,
    FailedInvokeEventCount: 2,
  });
});

test("19: a response that names a record outside the event fails the whole batch", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 2);

  const { mapping, events } = await startMapping(
    topic,
    REPORTING,
    (_, attempt) => (attempt === 1 ? reportFailed(topic, "0:7") : SUCCESS),
    { clock: createHastyClock([]) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([2]);
  expect(valuesOf(events)).toStrictEqual(["0:0", "0:1", "0:0", "0:1"]);
});

test("19: without the setting the response is ignored", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 2);

  const { mapping, events } = await startMapping(topic, PROVISIONED, () =>
    reportFailed(topic, "0:0"),
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([2]);
  expect(events).toHaveLength(1);
});

test("20: a commit passes what is done, but not the lowest failed record", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 5);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();

  const { mapping, events } = await startMapping(
    topic,
    REPORTING,
    async (_, attempt) => {
      if (attempt === 1) return reportFailed(topic, "0:2", "0:4");
      await released;
      return SUCCESS;
    },
    { clock: createHastyClock([]) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([2]);
  await expect.poll(() => events).toHaveLength(2);
  expect(mapping.counters()).toMatchObject({
    SucceededEventCount: 3,
    PendingEventCount: 2,
    CommittedEventCount: 2,
  });
  release();
  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([5]);
  await expect.poll(() => mapping.counters().CommittedEventCount).toBe(5);
});

test("20: what was done behind a failed record comes again after a stop, and counts once", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 3);
  const parameters = {
    ...REPORTING,
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  const first = await startMapping(topic, parameters, () =>
    reportFailed(topic, "0:1"),
  );
  await expect
    .poll(() => committedOffsets(`group-${topic}`, topic))
    .toStrictEqual([1]);
  await first.mapping.stop();

  expect(first.mapping.counters()).toMatchObject({
    PolledEventCount: 1,
    SucceededEventCount: 1,
    CommittedEventCount: 1,
  });
  const second = await startMapping(topic, parameters, () => SUCCESS);
  await expect
    .poll(() => valuesOf(second.events))
    .toStrictEqual(["0:1", "0:2"]);
});

test("20: in the strict reading everything from the lowest failed offset of each partition is sent again", async () => {
  const topic = await createTopic({ partitions: 2 });
  await produceNumbered(topic, [0, 1], 3);

  const { mapping, events } = await startMapping(
    topic,
    { ...REPORTING, BatchSize: 6, MaximumBatchingWindowInSeconds: 10 },
    (_, attempt) => (attempt === 1 ? reportFailed(topic, "1:1") : SUCCESS),
    {
      clock: createHastyClock([]),
      choices: { partialFailures: "from_lowest" },
    },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 10_000 })
    .toStrictEqual([3, 3]);
  expect(valuesOf(events.slice(-1))).toStrictEqual(["1:1", "1:2"]);
});

test("21: a record past its age goes to the destination without a response, and the rest goes on", async () => {
  const topic = await createTopic();
  const letters = await createTopic();
  await produce(
    topic,
    { value: "old", timestamp: String(Date.now() - 120_000) },
    { value: "new" },
  );

  const { mapping, events } = await startMapping(
    topic,
    {
      ...PROVISIONED,
      MaximumRecordAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: `kafka://${letters}` } },
    },
    () => SUCCESS,
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([2]);
  expect(valuesOf(events)).toStrictEqual(["new"]);
  const [letter] = await readTopic(letters, 1);
  expect(letter).toMatchObject({
    value: {
      requestContext: {
        condition: "RecordAgeExceeded",
        approximateInvokeCount: 0,
      },
      KafkaBatchInfo: { recordInfo: { offset: "0" } },
    },
  });
  expect(letter?.value).not.toHaveProperty("responseContext");
});
