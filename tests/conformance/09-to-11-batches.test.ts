import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  FUNCTION_ERROR,
  produce,
  produceNumbered,
  readTopic,
  recordsOf,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

test("9: a batch closes at its size, and the rest when its window is over", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 25);

  const { events } = await startMapping(
    topic,
    { BatchSize: 10, MaximumBatchingWindowInSeconds: 1 },
    () => SUCCESS,
  );

  await expect
    .poll(() => events.map((event) => recordsOf(event).length), {
      timeout: 5000,
    })
    .toStrictEqual([10, 10, 5]);
});

test("10: no event is larger than 6 MB, and the record that would pass it starts the next", async () => {
  const topic = await createTopic();
  // 600,000 bytes are 800,000 in base64: seven to an event.
  for (let index = 0; index < 10; index += 1)
    await produce(topic, { value: Buffer.alloc(600_000) });
  const sizes: number[] = [];
  const invoker = {
    invoke: (_: string, payload: Uint8Array) => {
      sizes.push(payload.byteLength);
      return Promise.resolve(SUCCESS);
    },
  };

  const { mapping } = await startMapping(
    topic,
    { MaximumBatchingWindowInSeconds: 2 },
    () => SUCCESS,
    { invoker },
  );

  await expect
    .poll(() => mapping.counters().SucceededEventCount, { timeout: 10_000 })
    .toBe(10);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(6_291_456);
  expect(sizes).toHaveLength(2);
});

test("10: a record that alone passes the limit goes to the destination, and its neighbours to the function", async () => {
  const topic = await createTopic({
    config: { "max.message.bytes": "8000000" },
  });
  const letters = await createTopic({
    config: { "max.message.bytes": "10000000" },
  });
  await produce(topic, { key: "small", value: "before" });
  await produce(topic, { key: "large", value: Buffer.alloc(5_000_000) });
  await produce(topic, { key: "small", value: "after" });

  const { mapping, events } = await startMapping(
    topic,
    {
      ProvisionedPollerConfig: {},
      DestinationConfig: { OnFailure: { Destination: `kafka://${letters}` } },
    },
    () => SUCCESS,
  );

  await expect
    .poll(() => mapping.counters().CommittedEventCount, { timeout: 10_000 })
    .toBe(3);
  expect(valuesOf(events)).toStrictEqual(["before", "after"]);
  expect(mapping.counters()).toMatchObject({
    OnFailureDestinationDeliveredEventCount: 1,
    DroppedEventCount: 0,
  });
  const [letter] = await readTopic(letters, 1);
  expect(letter).toMatchObject({
    key: "large",
    value: {
      requestContext: {
        condition: "MaximumPayloadSizeExceeded",
        approximateInvokeCount: 0,
      },
      responseContext: null,
      payload: {
        records: { [`${topic}-0`]: [{ offset: 1, key: "bGFyZ2U=" }] },
      },
    },
  });
});

test("10: a record that alone passes the limit is dropped and counted without a destination", async () => {
  const topic = await createTopic({
    config: { "max.message.bytes": "8000000" },
  });
  await produce(topic, { value: Buffer.alloc(5_000_000) });
  await produce(topic, { value: "after" });

  const { mapping, events } = await startMapping(topic, {}, () => SUCCESS);

  await expect.poll(() => valuesOf(events)).toStrictEqual(["after"]);
  expect(mapping.counters()).toMatchObject({
    DroppedEventCount: 1,
    OnFailureDestinationDeliveryErrorCount: 0,
  });
  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([2]);
});

test("11: a failing partition stops, and the others go on", async () => {
  const topic = await createTopic({ partitions: 3 });
  await produceNumbered(topic, [0, 1, 2], 20);

  const { mapping, events } = await startMapping(
    topic,
    { BatchSize: 5, ProvisionedPollerConfig: {} },
    (event) =>
      recordsOf(event).some(({ partition }) => partition === 1)
        ? FUNCTION_ERROR
        : SUCCESS,
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 10_000 })
    .toStrictEqual([20, 0, 20]);
  const ofTheFailing = events
    .flatMap(recordsOf)
    .filter(({ partition }) => partition === 1);
  expect(new Set(ofTheFailing.map(({ offset }) => offset))).toStrictEqual(
    new Set([0, 1, 2, 3, 4]),
  );
  expect(mapping.lastProcessingResult).toMatch(/^(PROBLEM: |OK)/);
});

test("11: up to five invocations are in flight, two of them never share a partition, and offsets stay in order", async () => {
  const topic = await createTopic({ partitions: 8 });
  await produceNumbered(topic, [0, 1, 2, 3, 4, 5, 6, 7], 50);
  const running = new Set<number>();
  const seen = new Map<number, number[]>();
  let sharedCount = 0;
  let inFlight = 0;
  let mostInFlight = 0;

  const { mapping } = await startMapping(
    topic,
    { BatchSize: 7, ProvisionedPollerConfig: {} },
    async (event) => {
      const partitions = [
        ...new Set(recordsOf(event).map(({ partition }) => partition)),
      ];
      sharedCount += partitions.filter((partition) =>
        running.has(partition),
      ).length;
      for (const partition of partitions) running.add(partition);
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      for (const { partition, offset } of recordsOf(event))
        seen.set(partition, [...(seen.get(partition) ?? []), offset]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight -= 1;
      for (const partition of partitions) running.delete(partition);
      return SUCCESS;
    },
  );

  await expect
    .poll(() => mapping.counters().CommittedEventCount, { timeout: 10_000 })
    .toBe(400);
  expect(sharedCount).toBe(0);
  expect(mostInFlight).toBe(5);
  for (const offsets of seen.values())
    expect(offsets).toStrictEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
});
