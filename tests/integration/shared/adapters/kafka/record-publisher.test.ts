import { randomBytes } from "node:crypto";

import { afterAll, describe, expect, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import type { OutgoingRecord } from "#shared/ports/record-publisher.ts";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";

import { consumeRecords, type ConsumedRecord } from "./consume-records.ts";

const publisher = createRecordPublisher({
  bootstrapServers: [kafkaBootstrapServers()],
});

afterAll(() => publisher.close());

describe("a record", () => {
  test("arrives with its bytes, whatever they are", async () => {
    const topic = await createTopic();
    const value = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    // A part of a larger buffer: only its own bytes may be sent.
    const key = Buffer.from("before-key-after").subarray(7, 10);

    await publisher.publish(topic, [{ key, value }]);

    const [record] = await consume(topic, 1);
    expect(record?.key).toEqual(Buffer.from("key"));
    expect(record?.value).toEqual(Buffer.from(value));
  });

  test("arrives as UTF-8 when it is text", async () => {
    const topic = await createTopic();

    await publisher.publish(topic, [{ key: "1", value: "Björk – Jóga" }]);

    const [record] = await consume(topic, 1);
    expect(record?.value?.toString("utf8")).toBe("Björk – Jóga");
  });

  test("keeps no key, no value and empty ones apart", async () => {
    const topic = await createTopic();

    await publisher.publish(topic, [
      { key: null, value: null },
      { key: "tombstone", value: null },
      { key: "", value: "" },
    ]);

    const records = await consume(topic, 3);
    expect(records.map(({ key, value }) => ({ key, value }))).toEqual([
      { key: null, value: null },
      { key: Buffer.from("tombstone"), value: null },
      { key: Buffer.alloc(0), value: Buffer.alloc(0) },
    ]);
  });

  test("arrives with its headers, repeated names and names of JavaScript's own included", async () => {
    const topic = await createTopic();

    await publisher.publish(topic, [
      {
        key: "1",
        value: "{}",
        headers: [
          ["trace", Buffer.from("first")],
          ["constructor", Buffer.from("built")],
          ["trace", Buffer.from("second")],
          ["__proto__", Buffer.from([0, 255])],
          ["empty", Buffer.alloc(0)],
        ],
      },
    ]);

    const [record] = await consume(topic, 1);
    // Of a name that every object has, this consumer shows what the object has as well.
    const arrived = Object.entries(record?.headers ?? {}).map(
      ([name, values]) =>
        [
          name,
          [values].flat().filter((value) => Buffer.isBuffer(value)),
        ] as const,
    );
    expect(arrived).toEqual([
      ["trace", [Buffer.from("first"), Buffer.from("second")]],
      ["constructor", [Buffer.from("built")]],
      ["__proto__", [Buffer.from([0, 255])]],
      ["empty", [Buffer.alloc(0)]],
    ]);
  });

  test("carries its own time where the topic leaves it to the producer", async () => {
    const topic = await createTopic({
      config: { "message.timestamp.type": "CreateTime" },
    });

    await publisher.publish(topic, [
      { key: "1", value: "{}", timestampMs: 1_700_000_000_123 },
    ]);

    const [record] = await consume(topic, 1);
    expect(record?.timestamp).toBe("1700000000123");
  });

  test("of one key stays in the order of its partition", async () => {
    const topic = await createTopic({ partitions: 3 });
    const values = Array.from({ length: 50 }, (_, index) => String(index));

    await publisher.publish(
      topic,
      values.map((value) => ({ key: "same", value })),
    );

    const records = await consume(topic, 50);
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    expect(records.map(({ value }) => value?.toString())).toEqual(values);
  });
});

describe("many records", () => {
  test("arrive complete though one request could not take them", async () => {
    const topic = await createTopic();
    const records = Array.from({ length: 40 }, (_, index) => ({
      key: String(index),
      value: randomBytes(100_000),
    }));

    await publisher.publish(topic, records);

    expect(await findDifferences(topic, records)).toEqual([]);
  });

  test("of almost no size arrive complete as well, though each costs more than its bytes", async () => {
    const topic = await createTopic();
    const records = Array.from({ length: 120_000 }, (_, index) => ({
      key: String(index),
      value: null,
    }));

    await publisher.publish(topic, records);

    expect(await consume(topic, records.length)).toHaveLength(120_000);
  });

  test("with headers that are larger than they arrive complete as well", async () => {
    const topic = await createTopic();
    const records = Array.from({ length: 100 }, (_, index) => ({
      key: String(index),
      value: "{}",
      headers: [["note", randomBytes(20_000)]] as const,
    }));

    await publisher.publish(topic, records);

    expect(await findDifferences(topic, records)).toEqual([]);
  });

  test("may hold single ones of 900 kB", async () => {
    const topic = await createTopic();
    const records = [
      { key: "small", value: randomBytes(10) },
      { key: "large", value: randomBytes(900_000) },
      { key: "small too", value: randomBytes(10) },
    ];

    await publisher.publish(topic, records);

    expect(await findDifferences(topic, records)).toEqual([]);
  });

  test("may be none", async () => {
    const topic = await createTopic();

    await publisher.publish(topic, []);
    await publisher.publish(topic, [{ key: "1", value: "after" }]);

    expect(await consume(topic, 1)).toHaveLength(1);
  });
});

describe("records that cannot be taken", () => {
  test("of an unknown topic are told with its name, and other topics are served on", async () => {
    const topic = await createTopic();

    const attempt = publisher.publish("no-such-topic", [
      { key: "1", value: "{}" },
    ]);

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "kafka_failed",
      domain: "external",
      retry: true,
      message: expect.stringContaining("records for no-such-topic"),
    });
    await publisher.publish(topic, [{ key: "1", value: "{}" }]);
    expect(await consume(topic, 1)).toHaveLength(1);
  });

  test("for their size are told, and smaller ones are taken on", async () => {
    const topic = await createTopic();

    const attempt = publisher.publish(topic, [
      { key: "1", value: randomBytes(1_100_000) },
    ]);

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      message: expect.stringContaining("larger than the max message size"),
    });
    await publisher.publish(topic, [{ key: "2", value: "{}" }]);
    expect(await consume(topic, 1)).toHaveLength(1);
  });

  test("leave no connection behind once the publisher is closed", async () => {
    const before = countSockets();
    const failing = createRecordPublisher({
      bootstrapServers: [kafkaBootstrapServers()],
    });
    for (let round = 0; round < 2; round += 1)
      await expect(
        failing.publish("no-such-topic", [{ key: "1", value: "{}" }]),
      ).rejects.toThrow("no-such-topic");

    await failing.close();

    await expect.poll(countSockets).toBeLessThanOrEqual(before);
  });

  test("while nothing listens are told within 15 s", async () => {
    const lonely = createRecordPublisher({
      bootstrapServers: [`127.0.0.1:${await findFreePort()}`],
    });
    const startedAtMs = performance.now();

    const attempt = lonely.publish("plays", [{ key: "1", value: "{}" }]);

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "kafka_failed",
      retry: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
    await lonely.close();
  });
});

function countSockets(): number {
  return process
    .getActiveResourcesInfo()
    .filter((resource) => resource === "TCPSocketWrap").length;
}

function consume(topic: string, count: number): Promise<ConsumedRecord[]> {
  return consumeRecords(
    kafkaBootstrapServers(),
    topic,
    (records) => records.length >= count,
  );
}

/** Compares what arrived with what was sent, in order; returns the keys of what differs, which keeps megabytes out of a failure. */
async function findDifferences(
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<string[]> {
  const arrived = await consume(topic, records.length);
  const longer = Math.max(arrived.length, records.length);
  return Array.from({ length: longer }, (_, index) => index).flatMap(
    (index) => {
      const [sent, found] = [records[index], arrived[index]];
      const isSame =
        found?.key?.toString() === sent?.key &&
        found?.value?.equals(Buffer.from(sent?.value ?? "")) === true;
      return isSame ? [] : [`${index}: ${String(sent?.key)}`];
    },
  );
}
