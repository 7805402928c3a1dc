import { describe, expect, test } from "vitest";

import { readDeadRecord } from "#functions/dead-letter/read-dead-record.ts";
import { encodeDeadLetter } from "#shared/domain/dead-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

/** As a Kafka destination receives it, field by field (event-source-mapping.md, 24). */
const DOCUMENT = {
  requestContext: {
    requestId: "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
    functionArn:
      "arn:aws:lambda:us-east-1:000000000000:function:aggregate-micro-batch:$LATEST",
    condition: "RetriesExhausted",
    approximateInvokeCount: 11,
  },
  responseContext: {
    statusCode: 200,
    executedVersion: "$LATEST",
    functionError: "Unhandled",
  },
  version: "1.0",
  timestamp: "2026-01-15T14:00:01.000Z",
  KafkaBatchInfo: {
    batchSize: 1,
    bootstrapServers: "b-1:9092",
    payloadSize: 512,
    recordInfo: { offset: "42", timestamp: "2026-01-15T14:00:00.000Z" },
  },
  payload: {
    eventSource: "SelfManagedKafka",
    bootstrapServers: "b-1:9092",
    records: {
      "stream-events-3": [
        {
          topic: "stream-events",
          partition: 3,
          offset: 42,
          timestamp: 1_768_485_600_000,
          timestampType: "LOG_APPEND_TIME",
          key: "AP8=",
          value: "/w==",
          headers: [{ tag: [-1, 0, 127] }, { "redrive-attempt": [50] }],
        },
      ],
    },
  },
};

describe("a document of an event source mapping", () => {
  test("is a letter about the record that it gave up, with the record's own bytes and place", () => {
    expect(readDeadRecord(recordOf(DOCUMENT))).toEqual({
      isReadable: true,
      record: {
        topic: "stream-events",
        partition: 3,
        offset: 42,
        timestampMs: 1_768_485_600_000,
        key: Buffer.from([0, 255]),
        value: Buffer.from([255]),
        headers: [
          ["tag", Uint8Array.from([255, 0, 127])],
          ["redrive-attempt", Uint8Array.from([50])],
        ],
      },
      reason: "retries_exhausted",
      detail:
        "RetriesExhausted after 11 invocations of arn:aws:lambda:us-east-1:000000000000:function:aggregate-micro-batch:$LATEST",
      missingReferences: [],
      attempt: 2,
      origin: null,
      firstSeenAtMicros: 1_768_485_600_000_000,
      handlerVersion: "$LATEST",
    });
  });

  test.for([
    ["RetriesExhausted", "retries_exhausted"],
    ["RetryAttemptsExhausted", "retries_exhausted"],
    ["RecordAgeExceeded", "record_age_exceeded"],
    ["MaximumPayloadSizeExceeded", "maximum_payload_size_exceeded"],
    ["SomethingNew", "discarded"],
    ["constructor", "discarded"],
  ] as const)("of %s has the reason %s", ([condition, reason]) => {
    const { requestContext } = DOCUMENT;
    const letter = readDeadRecord(
      recordOf({
        ...DOCUMENT,
        requestContext: { ...requestContext, condition },
      }),
    );

    expect(letter).toMatchObject({ isReadable: true, reason });
  });

  test.for([null, undefined])(
    "may have the response %s where the function was never asked",
    (responseContext) => {
      expect(
        readDeadRecord(recordOf({ ...DOCUMENT, responseContext })),
      ).toMatchObject({ isReadable: true, handlerVersion: "unknown" });
    },
  );

  test("of a tombstone without a key keeps both absent", () => {
    const { topic, partition, offset, timestamp } =
      DOCUMENT.payload.records["stream-events-3"][0] ?? {};
    const letter = readDeadRecord(
      withRecords([{ topic, partition, offset, timestamp, headers: [] }]),
    );

    expect(letter).toMatchObject({
      isReadable: true,
      record: { key: null, value: null, headers: [] },
    });
  });
});

describe("a malformed document is a letter about itself that says what is wrong", () => {
  const [event] = DOCUMENT.payload.records["stream-events-3"];
  test.for([
    ["no condition", { ...DOCUMENT, requestContext: {} }, /condition/],
    ["nothing about the batch", { ...DOCUMENT, KafkaBatchInfo: 1 }, /KafkaB/],
    [
      "the records of a batch",
      { ...DOCUMENT, KafkaBatchInfo: { recordsInfo: {} } },
      /recordInfo/,
    ],
    ["no payload", { ...DOCUMENT, payload: undefined }, /payload/],
    ["a payload as text", { ...DOCUMENT, payload: "{}" }, /payload/],
    ["a payload that is no event", { ...DOCUMENT, payload: {} }, /eventSource/],
  ] as const)("%s", ([, document, detail]) => {
    const record = recordOf(document);

    expect(readDeadRecord(record)).toEqual(unreadable(record, detail));
  });

  test.for([
    ["no record", [], /one record/],
    ["two records", [event, event], /one record/],
    ["a record without a place", [{ ...event, offset: "42" }], /offset/],
    ["a value that is no base64", [{ ...event, value: "?" }], /base64/],
    ["another record's offset", [{ ...event, offset: 43 }], /the offset of/],
  ] as const)("%s", ([, records, detail]) => {
    const record = withRecords(records);

    expect(readDeadRecord(record)).toEqual(unreadable(record, detail));
  });
});

test("a letter of ours is read as before, and anything else is no document", () => {
  const { value } = encodeDeadLetter(
    { record: makeRecord({ id: 1 }), reason: "malformed_json", detail: "" },
    { functionVersion: "7", atMs: 1 },
  );

  expect(readDeadRecord({ ...recordOf({}), value })).toMatchObject({
    isReadable: true,
    reason: "malformed_json",
  });
  for (const other of [{ payload: DOCUMENT.payload }, [], null, "text"])
    expect(readDeadRecord(recordOf(other))).toMatchObject({
      isReadable: false,
      reason: "unreadable_letter",
    });
  expect(readDeadRecord({ ...recordOf({}), value: null })).toMatchObject({
    isReadable: false,
  });
});

function unreadable(record: KafkaRecord, detail: RegExp): unknown {
  return expect.objectContaining({
    isReadable: false,
    record,
    reason: "unreadable_letter",
    detail: expect.stringMatching(detail) as unknown,
  });
}

function withRecords(records: readonly unknown[]): KafkaRecord {
  const payload = {
    ...DOCUMENT.payload,
    records: { "stream-events-3": records },
  };
  return recordOf({ ...DOCUMENT, payload });
}

function recordOf(json: unknown): KafkaRecord {
  return {
    topic: "dead-letter-queue",
    partition: 0,
    offset: 7,
    timestampMs: 1_768_490_000_000,
    key: null,
    value: Buffer.from(JSON.stringify(json)),
    headers: [],
  };
}
