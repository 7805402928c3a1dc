import { expect, test } from "vitest";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";
import {
  committedOffsets,
  createHastyClock,
  eventOfFirst,
  FUNCTION_ERROR,
  kafkaAdmin,
  ONE_BATCH_OF_FOUR,
  produce,
  readTopic,
  startMapping,
} from "./mapping-under-test.ts";

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const declare = (letters: string) => ({
  ProvisionedPollerConfig: {},
  DestinationConfig: { OnFailure: { Destination: `kafka://${letters}` } },
});

/** A mapping whose function fails once with four records, which are letters then. */
const giveUpBatchOfFour = (topic: string, letters: string) =>
  startMapping(
    topic,
    { ...declare(letters), ...ONE_BATCH_OF_FOUR, MaximumRetryAttempts: 0 },
    () => FUNCTION_ERROR,
  );

test("22 and 24: a failed batch gives one message for each record, under the record's key", async () => {
  const topic = await createTopic();
  const letters = await createTopic({ partitions: 2 });
  await produce(
    topic,
    {
      key: "k",
      value: "first",
      timestamp: "1767225600000",
      headers: { tag: "a" },
    },
    { value: "second", timestamp: "1767225600500" },
  );

  const { mapping } = await startMapping(
    topic,
    { ...declare(letters), MaximumRetryAttempts: 1 },
    () => FUNCTION_ERROR,
    {
      clock: createHastyClock([]),
    },
  );

  const messages = await readTopic(letters, 2);
  expect(new Set(messages.map(({ key }) => key))).toStrictEqual(
    new Set(["k", null]),
  );
  const first = messages.find(({ key }) => key === "k");
  expect(first?.value).toStrictEqual({
    requestContext: {
      requestId: "request",
      functionArn:
        "arn:aws:lambda:us-east-1:000000000000:function:example:$LATEST",
      condition: "RetriesExhausted",
      approximateInvokeCount: 2,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: "Unhandled",
    },
    version: "1.0",
    timestamp: expect.stringMatching(ISO_TIME),
    KafkaBatchInfo: {
      batchSize: 1,
      bootstrapServers: kafkaBootstrapServers(),
      payloadSize: expect.any(Number),
      recordInfo: { offset: "0", timestamp: "2026-01-01T00:00:00.000Z" },
    },
    payload: eventOfFirst(topic, {
      timestamp: 1767225600000,
      key: "aw==",
      value: "Zmlyc3Q=",
      headers: [{ tag: [97] }],
    }),
  });
  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([2]);
  expect(mapping.counters()).toMatchObject({
    OnFailureDestinationDeliveredEventCount: 2,
    DroppedEventCount: 0,
  });
});

test("22: more letters than one request may hold are sent in several", async () => {
  const topic = await createTopic();
  const letters = await createTopic();
  for (let index = 0; index < 4; index += 1)
    await produce(topic, { value: Buffer.alloc(400_000) });

  const { mapping } = await giveUpBatchOfFour(topic, letters);

  expect(await readTopic(letters, 4)).toHaveLength(4);
  await expect
    .poll(() => mapping.counters().OnFailureDestinationDeliveredEventCount)
    .toBe(4);
});

test("26: a record that cannot be delivered is dropped and counted, and the partition goes on", async () => {
  const topic = await createTopic();
  const letters = await createTopic({
    config: { "max.message.bytes": "1000" },
  });
  await produce(topic, { value: Buffer.alloc(2000) });
  await produce(topic, { value: "small" });

  const { mapping } = await startMapping(
    topic,
    { ...declare(letters), MaximumRetryAttempts: 0, BatchSize: 1 },
    () => FUNCTION_ERROR,
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 60_000 })
    .toStrictEqual([2]);
  expect(mapping.counters()).toMatchObject({
    DroppedEventCount: 1,
    OnFailureDestinationDeliveryErrorCount: 1,
    OnFailureDestinationDeliveredEventCount: 1,
  });
});

test("22: letters of records without a key go round the destination's partitions", async () => {
  const topic = await createTopic();
  const letters = await createTopic({ partitions: 2 });
  await produce(topic, ...["a", "b", "c", "d"].map((value) => ({ value })));

  const { mapping } = await giveUpBatchOfFour(topic, letters);

  await expect
    .poll(() => mapping.counters().OnFailureDestinationDeliveredEventCount)
    .toBe(4);
  const offsets = await (await kafkaAdmin()).fetchTopicOffsets(letters);
  expect(offsets.map(({ offset }) => offset)).toStrictEqual(["2", "2"]);
});

test.each([
  "arn:aws:sqs:us-east-1:000000000000:letters",
  "arn:aws:sns:us-east-1:000000000000:letters",
  "arn:aws:s3:::letters",
])(
  "26: a batch for %s that nobody takes is dropped and counted, and the partition goes on",
  async (arn) => {
    const topic = await createTopic();
    await produce(topic, { value: "first" }, { value: "second" });

    const { mapping } = await startMapping(
      topic,
      {
        ProvisionedPollerConfig: {},
        DestinationConfig: { OnFailure: { Destination: arn } },
        MaximumRetryAttempts: 0,
        BatchSize: 1,
      },
      () => FUNCTION_ERROR,
      {
        aws: {
          // Port 1 refuses connections.
          endpoint: "http://127.0.0.1:1",
          region: "us-east-1",
          credentials: { accessKeyId: "test", secretAccessKey: "test" },
        },
      },
    );

    await expect
      .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 60_000 })
      .toStrictEqual([2]);
    expect(mapping.counters()).toMatchObject({
      DroppedEventCount: 2,
      OnFailureDestinationDeliveryErrorCount: 2,
      OnFailureDestinationDeliveredEventCount: 0,
    });
  },
);
