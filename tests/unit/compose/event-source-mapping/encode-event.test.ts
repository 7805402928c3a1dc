import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  createEventFormat,
  encodeEvent,
  eventBytes,
} from "#compose/event-source-mapping/encode-event.ts";
import {
  encodedRecordBytes,
  encodeRecord,
  recordPrefix,
} from "#compose/event-source-mapping/encode-record.ts";
import type { FetchedRecord } from "#compose/event-source-mapping/encode-record.ts";
import { fetchedRecord } from "./fetched-records.ts";

const BROKERS = ["b-1:9092", "b-2:9092"];
const FORMAT = createEventFormat(
  { kind: "SelfManagedKafka", bootstrapServers: BROKERS },
  BROKERS,
  "plays",
);

const sliceOf = (partition: number, records: readonly FetchedRecord[]) => ({
  partition,
  records,
  encodedBytes: records.reduce(
    (bytes, record) =>
      bytes + encodedRecordBytes(recordPrefix("plays", partition), record),
    records.length - 1,
  ),
});
const decode = (event: Uint8Array): unknown =>
  JSON.parse(Buffer.from(event).toString("utf8"));
const toBytes = (header: unknown): Uint8Array => {
  if (header instanceof Uint8Array) return header;
  throw new TypeError("a header that is no bytes");
};
const encodeOne = (record: FetchedRecord): unknown =>
  JSON.parse(encodeRecord(recordPrefix("plays", 0), record));

test("an event has AWS's shape, field by field", () => {
  const first = fetchedRecord(15, {
    key: Buffer.from("u1"),
    headers: {
      traceparent: Buffer.from([48, 48, 195, 171]),
      tag: [Buffer.from("a"), Buffer.from("b")],
    },
  });
  const second = fetchedRecord(7, { batchContext: { timestampType: 1 } });

  expect(
    decode(encodeEvent(FORMAT, [sliceOf(0, [first]), sliceOf(2, [second])])),
  ).toStrictEqual({
    eventSource: "SelfManagedKafka",
    bootstrapServers: "b-1:9092,b-2:9092",
    records: {
      "plays-0": [
        {
          topic: "plays",
          partition: 0,
          offset: 15,
          timestamp: 1545084650987,
          timestampType: "CREATE_TIME",
          key: "dTE=",
          value: "e30=",
          headers: [
            { traceparent: [48, 48, -61, -85] },
            { tag: [97] },
            { tag: [98] },
          ],
        },
      ],
      "plays-2": [
        {
          topic: "plays",
          partition: 2,
          offset: 7,
          timestamp: 1545084650987,
          timestampType: "LOG_APPEND_TIME",
          value: "e30=",
          headers: [],
        },
      ],
    },
  });
});

test("an event of MSK names the cluster", () => {
  const eventSourceArn = "arn:aws:kafka:us-east-1:123456789012:cluster/plays/1";
  const format = createEventFormat(
    { kind: "aws:kafka", eventSourceArn },
    BROKERS,
    "plays",
  );

  expect(
    decode(encodeEvent(format, [sliceOf(0, [fetchedRecord(0)])])),
  ).toMatchObject({
    eventSource: "aws:kafka",
    eventSourceArn,
  });
});

test("a null key or value is left out, and an empty one is an empty string", () => {
  expect(
    encodeOne(fetchedRecord(0, { key: null, value: null })),
  ).not.toHaveProperty("key");
  expect(
    encodeOne(fetchedRecord(0, { key: null, value: null })),
  ).not.toHaveProperty("value");
  expect(
    encodeOne(fetchedRecord(0, { key: Buffer.of(), value: Buffer.of() })),
  ).toMatchObject({ key: "", value: "" });
});

test("a header without a value is an empty list, also where its name is repeated", () => {
  const headers = { one: null, tag: [Buffer.from("a"), null] };

  expect(encodeOne(fetchedRecord(0, { headers }))).toMatchObject({
    headers: [{ one: [] }, { tag: [97] }, { tag: [] }],
  });
});

test("what the Kafka client puts in front of a header named like a property of every object is not sent", () => {
  // As the client builds them, from an empty object that inherits `constructor`.
  const headers = {
    constructor: [Object, Buffer.from("a")],
  };

  expect(encodeOne(fetchedRecord(0, { headers }))).toMatchObject({
    headers: [{ constructor: [97] }],
  });
});

const bytes = fc
  .uint8Array({ maxLength: 40 })
  .map((array) => Buffer.from(array));
const headerName = fc
  .string({ unit: "binary", minLength: 1 })
  .filter((name) => !/^\d+$/.test(name));
const record = fc.record({
  timestamp: fc.nat().map(String),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(
    headerName,
    fc.oneof(bytes, fc.array(bytes, { minLength: 1, maxLength: 3 })),
    { maxKeys: 4 },
  ),
  batchContext: fc.record({ timestampType: fc.constantFrom(0, 1) }),
});
const slices = fc
  .array(fc.array(record, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((partitions) =>
    partitions.map((records, partition) =>
      sliceOf(
        partition,
        records.map((fields, offset) => fetchedRecord(offset, fields)),
      ),
    ),
  );

test("every record comes out of an event as it went in", () => {
  fc.assert(
    fc.property(slices, (given) => {
      const event = decode(encodeEvent(FORMAT, given));

      expect(event).toMatchObject({
        records: Object.fromEntries(
          given.map(({ partition, records }) => [
            `plays-${partition}`,
            records.map(
              ({ offset, timestamp, key, value, headers, batchContext }) => ({
                topic: "plays",
                partition,
                offset: Number(offset),
                timestamp: Number(timestamp),
                timestampType:
                  batchContext?.timestampType === 1
                    ? "LOG_APPEND_TIME"
                    : "CREATE_TIME",
                ...(key === null ? {} : { key: key.toString("base64") }),
                ...(value === null ? {} : { value: value.toString("base64") }),
                headers: Object.entries(headers ?? {}).flatMap(
                  ([name, values]) =>
                    [values]
                      .flat()
                      .map((header) =>
                        Object.fromEntries([
                          [name, [...new Int8Array(toBytes(header))]],
                        ]),
                      ),
                ),
              }),
            ),
          ]),
        ),
      });
    }),
  );
});

test("an event is as long as it was measured", () => {
  fc.assert(
    fc.property(slices, (given) => {
      expect(encodeEvent(FORMAT, given).byteLength).toBe(
        eventBytes(FORMAT, given),
      );
    }),
  );
});
