import { randomBytes, randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createDeadLetterTopic } from "#shared/adapters/kafka/dead-letter-topic.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { decodeDeadLetter } from "#shared/domain/dead-letter.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import { DEAD_LETTER_TOPIC, TOPICS } from "#shared/domain/topics.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";

import { consumeRecords, type ConsumedRecord } from "./consume-records.ts";
import { startSilentServer } from "./silent-server.ts";

const connection = { bootstrapServers: [kafkaBootstrapServers()] };
const publisher = createRecordPublisher(connection);
const deadLetterTopic = createDeadLetterTopic(publisher, "1.2.3");

// The topic has one name, so letters of other test files may be in it as well.
beforeAll(() =>
  createTopics(
    connection,
    TOPICS.filter(({ topic }) => topic === DEAD_LETTER_TOPIC),
  ),
);
afterAll(() => publisher.close());

test("a letter can be read with a console consumer: JSON with the text of the record in it", async () => {
  const rejection = reject({
    value: Buffer.from('{"event_id": "Jóga"'),
    key: Buffer.from("key"),
  });

  await deadLetterTopic.publish([rejection]);

  const [letter] = await readLetters([rejection]);
  expect(letter?.key?.toString()).toBe(`${rejection.record.topic}-4-42`);
  expect(JSON.parse(letter?.value?.toString("utf8") ?? "")).toMatchObject({
    reason: "malformed_json",
    detail: "expected JSON",
    source: { topic: rejection.record.topic, partition: 4, offset: 42 },
    handler_version: "1.2.3",
    attempt: 1,
  });
  expect(letter?.value?.toString("utf8")).toContain("Jóga");
  expect(letter?.headers).toEqual({
    "dead-letter-reason": Buffer.from("malformed_json"),
  });
});

test("a letter says when the record was rejected", async () => {
  const rejection = reject({});
  const beforeMs = Date.now();

  await deadLetterTopic.publish([rejection]);

  const [letter] = await readLetters([rejection]);
  const decoded = decodeDeadLetter(letter?.value ?? new Uint8Array());
  if (!decoded.ok) throw new Error(decoded.detail);
  expect(decoded.value.rejectedAtMicros).toBeGreaterThanOrEqual(
    beforeMs * 1000,
  );
  expect(decoded.value.rejectedAtMicros).toBeLessThanOrEqual(Date.now() * 1000);
});

test("a letter gives the record's bytes back, whatever they are", async () => {
  const rejections = [
    reject({ value: randomBytes(1000), key: randomBytes(10) }),
    reject({ value: null, key: null }),
    reject({ value: new Uint8Array(), key: new Uint8Array() }),
    reject({ headers: [["trace", Buffer.from([0, 255])]] }),
  ];

  await deadLetterTopic.publish(rejections);

  const letters = await readLetters(rejections);
  const records = letters.map((letter) => {
    const decoded = decodeDeadLetter(letter.value ?? new Uint8Array());
    if (!decoded.ok) throw new Error(decoded.detail);
    return decoded.value.record;
  });
  expect(records.map(toBuffers)).toEqual(
    rejections.map(({ record }) => toBuffers(record)),
  );
});

test("the largest record that a source topic takes fits into a letter, as bytes and as text of control characters", async () => {
  const rejections = [
    reject({ value: randomBytes(1_048_000) }),
    // JSON writes each of these as six characters.
    reject({ value: Buffer.alloc(1_048_000, "\u0001") }),
  ];

  await deadLetterTopic.publish(rejections);

  const letters = await readLetters(rejections);
  const sizes = letters.map((letter) => {
    const decoded = decodeDeadLetter(letter.value ?? new Uint8Array());
    return decoded.ok ? decoded.value.record.value?.length : decoded.detail;
  });
  expect(sizes).toEqual([1_048_000, 1_048_000]);
});

test("no rejections are no letters", async () => {
  await expect(deadLetterTopic.publish([])).resolves.toBeUndefined();
});

test("a broker that accepts connections and says nothing is given up after 2 s, each time", async () => {
  const silent = await startSilentServer();
  const unheard = createRecordPublisher({
    bootstrapServers: [`127.0.0.1:${silent.port}`],
  });
  const topic = createDeadLetterTopic(unheard, "1.2.3");
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const startedAtMs = performance.now();

      await expect(topic.publish([reject({})])).rejects.toMatchObject({
        name: "PipelineError",
        code: "dead_letter_timeout",
        domain: "external",
        retry: true,
        message: expect.stringContaining("1 dead letters within 2000 ms"),
      });

      const durationMs = performance.now() - startedAtMs;
      expect(durationMs).toBeGreaterThanOrEqual(1900);
      expect(durationMs).toBeLessThan(4000);
    }
  } finally {
    await silent.close();
    await unheard.close();
  }
});

/** A rejection with a topic of its own, by which its letter is found again. */
function reject(record: Partial<Rejection["record"]>): Rejection {
  return {
    record: {
      topic: `source-${randomUUID()}`,
      partition: 4,
      offset: 42,
      timestampMs: 1_700_000_000_000,
      key: Buffer.from("1"),
      value: Buffer.from("{}"),
      headers: [],
      ...record,
    },
    reason: "malformed_json",
    detail: "expected JSON",
  };
}

/** The letters of the rejections, in their order. */
async function readLetters(
  rejections: readonly Rejection[],
): Promise<ConsumedRecord[]> {
  const keys = rejections.map(
    ({ record }) => `${record.topic}-${record.partition}-${record.offset}`,
  );
  const find = (records: readonly ConsumedRecord[]) =>
    keys.flatMap(
      (key) => records.find((record) => record.key?.toString() === key) ?? [],
    );
  const records = await consumeRecords(
    kafkaBootstrapServers(),
    DEAD_LETTER_TOPIC,
    (soFar) => find(soFar).length === keys.length,
  );
  return find(records);
}

/** Bytes compare by content once they are of one class. */
function toBuffers({
  key,
  value,
  headers,
}: Pick<Rejection["record"], "key" | "value" | "headers">): unknown {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: headers.map(([name, content]) => [name, Buffer.from(content)]),
  };
}
