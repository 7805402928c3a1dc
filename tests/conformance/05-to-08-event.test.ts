import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  eventOfFirst,
  produce,
  recordsOf,
  startMapping,
  SUCCESS,
} from "./mapping-under-test.ts";

test("5: an event has AWS's shape", async () => {
  const topic = await createTopic();
  await produce(topic, {
    key: "u1",
    value: "{}",
    timestamp: "1545084650987",
    headers: { traceparent: Buffer.from([48, 48, 195, 171]) },
  });

  const { events } = await startMapping(topic, {}, () => SUCCESS);

  await expect
    .poll(() => events)
    .toStrictEqual([
      eventOfFirst(topic, {
        timestamp: 1545084650987,
        key: "dTE=",
        value: "e30=",
        headers: [{ traceparent: [48, 48, -61, -85] }],
      }),
    ]);
});

test("6: one event holds the records of three partitions, each in offset order", async () => {
  const topic = await createTopic({ partitions: 3 });
  const { events } = await startMapping(
    topic,
    { BatchSize: 6, MaximumBatchingWindowInSeconds: 300 },
    () => SUCCESS,
  );

  await produce(
    topic,
    ...[2, 0, 1, 1, 0, 2].map((partition, index) => ({
      partition,
      value: String(index),
    })),
  );

  await expect.poll(() => events).toHaveLength(1);
  expect(Object.keys(events[0]?.records ?? {}).toSorted()).toStrictEqual([
    `${topic}-0`,
    `${topic}-1`,
    `${topic}-2`,
  ]);
  for (const records of Object.values(events[0]?.records ?? {})) {
    expect(records.map(({ offset }) => offset)).toStrictEqual([0, 1]);
  }
});

test("7: headers are signed bytes, repeated names repeated entries, and no headers an empty list", async () => {
  const topic = await createTopic();
  await produce(
    topic,
    {
      value: "x",
      headers: {
        first: Buffer.from([0, 127, 128, 255]),
        tag: ["a", "b"],
        ünï: "",
      },
    },
    { value: "x" },
  );

  const { events } = await startMapping(topic, {}, () => SUCCESS);

  await expect
    .poll(() => events.flatMap(recordsOf).map(({ headers }) => headers))
    .toStrictEqual([
      [
        { first: [0, 127, -128, -1] },
        { tag: [97] },
        { tag: [98] },
        { ünï: [] },
      ],
      [],
    ]);
});

test("7: with the broker's time the type says so and the timestamp is the broker's", async () => {
  const topic = await createTopic({
    config: { "message.timestamp.type": "LogAppendTime" },
  });
  const beforeMs = Date.now();
  await produce(topic, { value: "x", timestamp: "1000" });

  const { events } = await startMapping(topic, {}, () => SUCCESS);

  await expect.poll(() => events).toHaveLength(1);
  const [record] = events.flatMap(recordsOf);
  expect(record).toMatchObject({ timestampType: "LOG_APPEND_TIME" });
  expect(record?.timestamp).toBeGreaterThanOrEqual(beforeMs);
});

test("7: limitation of the Kafka client: names that look like numbers come first, and repeated names together", async () => {
  const topic = await createTopic();
  // Sent in this order: "b" with two values, then "1".
  await produce(topic, { value: "x", headers: { b: ["x", "y"], "1": "z" } });

  const { events } = await startMapping(topic, {}, () => SUCCESS);

  await expect
    .poll(() =>
      events
        .flatMap(recordsOf)
        .map(({ headers }) => headers.flatMap((header) => Object.keys(header))),
    )
    .toStrictEqual([["1", "b", "b"]]);
});

test("7: a header may be named like a property that every object has", async () => {
  const topic = await createTopic();
  await produce(topic, {
    value: "x",
    headers: { constructor: "a", toString: "b" },
  });

  const { events } = await startMapping(topic, {}, () => SUCCESS);

  // As text, since such an object is not comparable otherwise.
  await expect
    .poll(() =>
      JSON.stringify(events.flatMap(recordsOf).map(({ headers }) => headers)),
    )
    .toBe('[[{"constructor":[97]},{"toString":[98]}]]');
});

test("8: a null key or value is left out, and an empty one is an empty string", async () => {
  const topic = await createTopic();
  await produce(
    topic,
    { key: "k", value: null },
    { key: Buffer.of(), value: Buffer.of() },
    { value: "v" },
  );

  const { events } = await startMapping(topic, {}, () => SUCCESS);

  await expect.poll(() => events.flatMap(recordsOf)).toHaveLength(3);
  const [tombstone, empty, keyless] = events.flatMap(recordsOf);
  expect(tombstone).toHaveProperty("key", "aw==");
  expect(tombstone).not.toHaveProperty("value");
  expect(empty).toMatchObject({ key: "", value: "" });
  expect(keyless).not.toHaveProperty("key");
});
