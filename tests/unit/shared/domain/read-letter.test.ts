import { describe, expect, test } from "vitest";

import { encodeDeadLetter } from "#shared/domain/dead-letter.ts";
import { readLetter } from "#shared/domain/read-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const LETTER_RECORD: KafkaRecord = {
  topic: "dead-letter-queue",
  partition: 1,
  offset: 7,
  timestampMs: 1_768_500_000_000,
  key: Buffer.from("stream-events-0-1"),
  value: null,
  headers: [["dead-letter-reason", Buffer.from("unknown_reference")]],
};

test("a letter is read with the record that it is about", () => {
  const record = makeRecord({ id: 1 });
  const { value } = encodeDeadLetter(
    {
      record,
      reason: "unknown_reference",
      detail: "expected these to exist: users 9",
      missingReferences: [{ dimension: "users", id: 9 }],
    },
    { functionVersion: "7", atMs: 1 },
  );

  expect(readLetter({ ...LETTER_RECORD, value })).toMatchObject({
    isReadable: true,
    record: {
      ...record,
      key: new Uint8Array(record.key ?? []),
      value: new Uint8Array(record.value ?? []),
    },
    reason: "unknown_reference",
    detail: "expected these to exist: users 9",
    missingReferences: [{ dimension: "users", id: 9 }],
    attempt: 1,
    origin: null,
    handlerVersion: "7",
  });
});

describe("a record that is no letter is stored as a letter about itself", () => {
  test.for([
    ["no value", null, /no value/],
    ["no JSON", "not JSON", /./],
    ["JSON of another shape", '{"reason":"x"}', /missing/],
    ["a list", "[]", /expected/],
  ] as const)("with %s", ([, text, detail]) => {
    const record = {
      ...LETTER_RECORD,
      value: text === null ? null : Buffer.from(text),
    };

    expect(readLetter(record)).toEqual({
      isReadable: false,
      record,
      reason: "unreadable_letter",
      detail: expect.stringMatching(detail) as unknown,
      missingReferences: [],
      attempt: 1,
      origin: null,
      firstSeenAtMicros: 1_768_500_000_000_000,
      handlerVersion: "unknown",
    });
  });

  test("also when the broker knows no time", () => {
    const { firstSeenAtMicros } = readLetter({
      ...LETTER_RECORD,
      timestampMs: -1,
    });

    expect(firstSeenAtMicros).toBe(-1000);
  });
});
