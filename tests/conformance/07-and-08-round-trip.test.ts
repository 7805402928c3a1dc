import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { decodeKafkaEvent } from "#shared/lambda/decode-records.ts";
import { createTopic } from "#tests/support/servers.ts";
import { produce, startMapping, SUCCESS } from "./mapping-under-test.ts";
import type { SentEvent } from "./mapping-under-test.ts";

const PARTITIONS = 3;
const RUNS = 12;

/** Hexadecimal digits, as bytes are compared; `null` is not the same as none. */
interface ComparableRecord {
  readonly partition: number;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
  /** Names in the alphabet's order, values in the producer's: the client keeps no order of names. */
  readonly headers: readonly (readonly [name: string, values: string[]])[];
}

const bytes = fc
  .uint8Array({ maxLength: 40 })
  .map((array) => Buffer.from(array));
const headerName = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("__proto__", "constructor", "tag"),
);
const record = fc.record({
  partition: fc.nat({ max: PARTITIONS - 1 }),
  // Not after today, which the broker would refuse.
  timestampMs: fc.integer({ min: 1, max: 1_767_225_600_000 }),
  key: fc.option(bytes, { freq: 3 }),
  value: fc.option(bytes, { freq: 3 }),
  headers: fc.uniqueArray(
    fc.tuple(headerName, fc.array(bytes, { minLength: 1, maxLength: 3 })),
    { selector: ([name]) => name, maxLength: 4 },
  ),
});
type GeneratedRecord = typeof record extends fc.Arbitrary<infer T> ? T : never;

test("7 and 8: every record comes from Kafka to the handler as it was sent: bytes, nulls, repeated headers, tombstones", async () => {
  const topic = await createTopic({
    partitions: PARTITIONS,
    config: { "retention.ms": "-1" },
  });
  const { events } = await startMapping(topic, {}, () => SUCCESS);

  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 60 }),
      async (records) => {
        const earlierCount = decodeAll(events).length;

        await produce(topic, ...records.map(toMessage));

        await expect
          .poll(() => decodeAll(events).length, { timeout: 20_000 })
          .toBe(earlierCount + records.length);
        const received = decodeAll(events).slice(earlierCount);
        expect(byPartition(received.map(compareReceived))).toStrictEqual(
          byPartition(records.map(compareSent)),
        );
      },
    ),
    // The runs share a topic, so that a smaller case would meet what a failed one left.
    { numRuns: RUNS, endOnFailure: true },
  );
});

test("a changed byte, a lost header, and an empty value in place of a tombstone are noticed", () => {
  const sent = compareSent({
    partition: 0,
    timestampMs: 1,
    key: Buffer.of(255),
    value: null,
    headers: [["tag", [Buffer.of(1), Buffer.of(2)]]],
  });
  const received: KafkaRecord = {
    topic: "plays",
    partition: 0,
    offset: 0,
    timestampMs: 1,
    key: Uint8Array.of(255),
    value: null,
    headers: [
      ["tag", Uint8Array.of(1)],
      ["tag", Uint8Array.of(2)],
    ],
  };

  expect(compareReceived(received)).toStrictEqual(sent);
  for (const fault of [
    { key: Uint8Array.of(127) },
    { value: new Uint8Array() },
    { headers: received.headers.slice(1) },
    { headers: received.headers.toReversed() },
  ])
    expect(compareReceived({ ...received, ...fault })).not.toEqual(sent);
});

const decodeAll = (events: readonly SentEvent[]): KafkaRecord[] =>
  events.flatMap((event) => decodeKafkaEvent(event).records);

const toMessage = ({ timestampMs, headers, ...rest }: GeneratedRecord) => ({
  ...rest,
  timestamp: String(timestampMs),
  headers: Object.fromEntries(headers),
});

const hex = (part: Uint8Array | null): string | null =>
  part === null ? null : Buffer.from(part).toString("hex");

function compareSent({ headers, ...sent }: GeneratedRecord): ComparableRecord {
  return compare(
    sent,
    headers.flatMap(([name, values]) =>
      values.map((value) => [name, value] as const),
    ),
  );
}

function compareReceived({ headers, ...received }: KafkaRecord) {
  return compare(received, headers);
}

function compare(
  {
    partition,
    timestampMs,
    key,
    value,
  }: Omit<GeneratedRecord, "headers"> | Omit<KafkaRecord, "headers">,
  headers: KafkaRecord["headers"],
): ComparableRecord {
  const valuesByName = new Map<string, string[]>();
  for (const [name, part] of headers)
    valuesByName.set(name, [
      ...(valuesByName.get(name) ?? []),
      Buffer.from(part).toString("hex"),
    ]);
  return {
    partition,
    timestampMs,
    key: hex(key),
    value: hex(value),
    headers: [...valuesByName].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** Each partition's records in their order: between partitions there is none. */
const byPartition = (records: readonly ComparableRecord[]) =>
  Array.from({ length: PARTITIONS }, (_, partition) =>
    records.filter((one) => one.partition === partition),
  );
