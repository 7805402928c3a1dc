import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { readDeadRecord } from "#functions/dead-letter/read-dead-record.ts";
import { createDeadLetterStore } from "#shared/adapters/postgres/dead-letter-store.ts";
import { encodeDeadLetter } from "#shared/domain/dead-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { DEAD_LETTER_TOPIC } from "#shared/domain/topics.ts";
import { nameOutcomes } from "#tests/support/races/open-stores.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
let store: ReturnType<typeof createDeadLetterStore> | undefined;

beforeEach(() => {
  store = createDeadLetterStore({
    databaseUrl: database.url("ingest"),
    applicationName: "test",
    transactionTimeoutMs: 10_000,
  });
});
afterEach(() => store?.close());

test("letters are stored once and accounted for, whatever comes again", async () => {
  const letters = [
    letterAbout(makeRecord({ id: 1 }), 0),
    textRecord("no letter", 1),
  ];

  const first = await storeAll(letters);
  const second = await storeAll(letters);

  expect(first).toEqual(["accepted", "unreadable_letter"]);
  expect(second).toEqual(["duplicate", "unreadable_letter"]);
  expect(
    await database.list(
      "select source_topic, source_offset, reason from dead_letters order by source_topic desc",
    ),
  ).toEqual([
    ["stream-events", 1, "invalid_schema"],
    [DEAD_LETTER_TOPIC, 1, "unreadable_letter"],
  ]);
  expect(
    await database.list(
      "select handled_offsets::text, accepted_count, redelivered_count, rejected_counts from partition_ledger where topic = $1 and partition = 0",
      [DEAD_LETTER_TOPIC],
    ),
  ).toEqual([["{[0,2)}", 1, 2, { unreadable_letter: 1 }]]);
});

test("original bytes come back as they were", async () => {
  const original: KafkaRecord = {
    ...makeRecord({ id: 1 }),
    key: null,
    value: Uint8Array.from([0, 255, 1, 254]),
    headers: [
      ["trace", Uint8Array.from([0, 1])],
      ["trace", new Uint8Array()],
    ],
  };

  await storeAll([letterAbout(original, 0)]);

  expect(
    await database.list(
      "select original_key, original_value, original_headers from dead_letters",
    ),
  ).toEqual([
    [
      null,
      Buffer.from([0, 255, 1, 254]),
      [
        ["dHJhY2U=", "AAE="],
        ["dHJhY2U=", ""],
      ],
    ],
  ]);
});

test("an absent value and an empty one are two letters, as are key and value the other way round", async () => {
  const original = makeRecord({ id: 1 });
  const [a, b] = [Buffer.from("a"), Buffer.from("b")];
  const letters = [
    { key: null, value: null },
    { key: null, value: new Uint8Array() },
    { key: a, value: b },
    { key: b, value: a },
    { key: Buffer.from("ab"), value: new Uint8Array() },
  ].map((bytes, offset) => letterAbout({ ...original, ...bytes }, offset));

  expect(await storeAll(letters)).toEqual(letters.map(() => "accepted"));
});

test("a record that an event source mapping gave up is stored with its own bytes and place, once", async () => {
  const document = JSON.stringify({
    requestContext: {
      condition: "RetriesExhausted",
      functionArn: "arn",
      approximateInvokeCount: 3,
    },
    responseContext: null,
    KafkaBatchInfo: { recordInfo: { offset: "9" } },
    payload: {
      eventSource: "SelfManagedKafka",
      records: {
        "users-2": [
          {
            topic: "users",
            partition: 2,
            offset: 9,
            timestamp: 1000,
            key: "AA==",
            value: "/w==",
            headers: [],
          },
        ],
      },
    },
  });

  expect(
    await storeAll([textRecord(document, 0), textRecord(document, 1)]),
  ).toEqual(["accepted", "duplicate"]);
  expect(
    await database.list(
      `select source_topic, source_partition, source_offset, extract(epoch from source_timestamp), original_key, original_value, reason
       from dead_letters`,
    ),
  ).toEqual([
    [
      "users",
      2,
      9,
      1,
      Buffer.from([0]),
      Buffer.from([255]),
      "retries_exhausted",
    ],
  ]);
});

describe("a record that no letter of ours would be blocks nothing", () => {
  const { source, ...letter } = parseLetter(
    letterAbout(makeRecord({ id: 1 }), 0),
  );

  test.for([
    ["a header's name with U+0000", { headers: [["a\0b", bytesOf("x")]] }],
    [
      "a header's name that is half a character",
      { headers: [["\ud800", bytesOf("x")]] },
    ],
    ["a detail with U+0000", { detail: "a\0b" }],
    ["a version with U+0000", { handler_version: "a\0b" }],
    ["a topic with U+0000", { source: { ...source, topic: "a\0b" } }],
    ["a partition beyond 2^31", { source: { ...source, partition: 2 ** 31 } }],
    [
      "a time before all calendars",
      { source: { ...source, timestamp_ms: -(2 ** 53) + 1 } },
    ],
    [
      "a time after all calendars",
      { source: { ...source, timestamp_ms: 2 ** 53 - 1 } },
    ],
  ] as const)("%s", async ([, changes]) => {
    const outcomes = await storeAll([
      textRecord(JSON.stringify({ ...letter, source, ...changes }), 0),
      letterAbout(makeRecord({ id: 2 }), 1),
    ]);

    expect(outcomes.at(1)).toBe("accepted");
    expect(await database.list("select from dead_letters")).toHaveLength(2);
  });

  test("a play's record with such a header's name", async () => {
    const record = makeRecord({ id: 1 });
    const outcomes = await storeAll([
      letterAbout({ ...record, headers: [["a\0b", Buffer.from("x")]] }, 0),
    ]);

    expect(outcomes).toHaveLength(1);
    expect(await database.list("select from dead_letters")).toHaveLength(1);
  });
});

async function storeAll(records: readonly KafkaRecord[]): Promise<string[]> {
  const outcomes = await store?.storeLetters(
    DEAD_LETTER_TOPIC,
    records,
    records.map(readDeadRecord),
  );
  return nameOutcomes(outcomes ?? []);
}

function letterAbout(record: KafkaRecord, offset: number): KafkaRecord {
  const letter = encodeDeadLetter(
    { record, reason: "invalid_schema", detail: "/user_id: expected an id" },
    { functionVersion: "1", atMs: record.timestampMs + 1 },
  );
  return {
    ...textRecord("", offset),
    key: Buffer.from(letter.key),
    value: letter.value,
    headers: letter.headers,
  };
}

function textRecord(text: string, offset: number): KafkaRecord {
  return {
    topic: DEAD_LETTER_TOPIC,
    partition: 0,
    offset,
    timestampMs: 1_768_500_000_000 + offset,
    key: null,
    value: Buffer.from(text),
    headers: [],
  };
}

function bytesOf(data: string) {
  return { encoding: "utf8", data };
}

function parseLetter({ value }: KafkaRecord): { readonly source: object } {
  return JSON.parse(new TextDecoder().decode(value ?? new Uint8Array()));
}
