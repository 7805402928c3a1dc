import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  decodeDeadLetter,
  encodeDeadLetter,
} from "#shared/domain/dead-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import { DIMENSIONS } from "#shared/domain/topics.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parse = (value: Uint8Array): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(value));

const RECORD: KafkaRecord = {
  topic: "stream-events",
  partition: 3,
  offset: 42,
  timestampMs: 1_767_225_600_123,
  key: bytesOf("a-key"),
  value: bytesOf('{"user_id":"x"}'),
  headers: [["trace", bytesOf("abc")]],
};
const REJECTION: Rejection = {
  record: RECORD,
  reason: "invalid_schema",
  detail: "/user_id: expected an integer",
};
const WRITER = { functionVersion: "7", atMs: 1_767_225_601_000 };

describe("a dead letter", () => {
  test("can be read with a console consumer", () => {
    const letter = encodeDeadLetter(
      {
        ...REJECTION,
        reason: "unknown_reference",
        missingReferences: [{ dimension: "users", id: 9 }],
      },
      WRITER,
    );

    expect(letter.key).toBe("stream-events-3-42");
    expect(letter.headers).toEqual([
      ["dead-letter-reason", bytesOf("unknown_reference")],
    ]);
    expect(parse(letter.value)).toEqual({
      reason: "unknown_reference",
      detail: "/user_id: expected an integer",
      missing_references: [{ dimension: "users", id: 9 }],
      source: {
        topic: "stream-events",
        partition: 3,
        offset: 42,
        timestamp: "2026-01-01T00:00:00.123000Z",
        timestamp_ms: 1_767_225_600_123,
      },
      attempt: 1,
      first_seen_at: "2026-01-01T00:00:00.123000Z",
      origin: null,
      rejected_at: "2026-01-01T00:00:01.000000Z",
      handler_version: "7",
      key: { encoding: "utf8", data: "a-key" },
      value: { encoding: "utf8", data: '{"user_id":"x"}' },
      headers: [["trace", { encoding: "utf8", data: "abc" }]],
    });
  });

  test("belongs to the trace of its record", () => {
    const trace = [
      "traceparent",
      bytesOf("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ] as const;

    const letter = encodeDeadLetter(
      { ...REJECTION, record: { ...RECORD, headers: [trace] } },
      WRITER,
    );

    expect(letter.headers).toContainEqual(trace);
  });

  test("does not repeat a trace header that is none", () => {
    const headers = [["traceparent", bytesOf("a stranger's")]] as const;

    const letter = encodeDeadLetter(
      { ...REJECTION, record: { ...RECORD, headers } },
      WRITER,
    );

    expect(letter.headers.map(([name]) => name)).toEqual([
      "dead-letter-reason",
    ]);
  });

  test("of a redriven record counts its attempts and remembers where it came from", () => {
    const headers = [
      ...RECORD.headers,
      ["redrive-attempt", bytesOf("3")],
      ["redrive-first-seen-at", bytesOf("2025-12-31T00:00:00Z")],
      ["redrive-origin", bytesOf("stream-events-1-7")],
    ] as const;

    const letter = decodeDeadLetter(
      encodeDeadLetter({ ...REJECTION, record: { ...RECORD, headers } }, WRITER)
        .value,
    );

    expect(letter).toMatchObject({
      ok: true,
      value: {
        attempt: 3,
        firstSeenAtMicros: 1_767_139_200_000_000,
        origin: "stream-events-1-7",
      },
    });
  });

  test.for([
    ["redrive-attempt", "0"],
    ["redrive-attempt", "many"],
    ["redrive-attempt", "99999999999"],
    ["redrive-first-seen-at", "once"],
  ] as const)("does not trust the header %s: %s", ([name, text]) => {
    const record: KafkaRecord = { ...RECORD, headers: [[name, bytesOf(text)]] };

    expect(
      decodeDeadLetter(
        encodeDeadLetter({ ...REJECTION, record }, WRITER).value,
      ),
    ).toMatchObject({
      ok: true,
      value: { attempt: 1, firstSeenAtMicros: RECORD.timestampMs * 1000 },
    });
  });

  test("restores every byte, null, position and reason", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary" }).map(bytesOf),
      fc.json().map(bytesOf),
    );
    const record: fc.Arbitrary<KafkaRecord> = fc.record({
      topic: fc.stringMatching(/^[a-z.-]{1,30}$/),
      partition: fc.nat(),
      offset: fc.maxSafeNat(),
      timestampMs: fc.oneof(fc.integer(), fc.maxSafeInteger()),
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.array(fc.tuple(fc.string(), bytes), { maxLength: 5 }),
    });
    const rejection: fc.Arbitrary<Rejection> = fc.record({
      record,
      reason: fc.constantFrom(
        "malformed_json",
        "invalid_schema",
        "unknown_reference",
      ),
      detail: fc.string(),
      missingReferences: fc.array(
        fc.record({
          dimension: fc.constantFrom(...DIMENSIONS),
          id: fc.integer({ min: 1, max: 2_147_483_647 }),
        }),
      ),
    });
    fc.assert(
      fc.property(rejection, (given) => {
        const decoded = decodeDeadLetter(encodeDeadLetter(given, WRITER).value);

        expect(decoded).toMatchObject({
          ok: true,
          value: { ...given, attempt: 1, origin: null },
        });
      }),
    );
  });

  test.for([
    ["text that must be escaped", "\u0001\u0002".repeat(50_000)],
    ["quotes", '"\\'.repeat(50_000)],
    ["plain JSON", JSON.stringify({ id: "x".repeat(90_000) })],
  ] as const)("of %s is at most a third larger than the record", ([, text]) => {
    const value = bytesOf(text);

    const letter = encodeDeadLetter(
      { ...REJECTION, record: { ...RECORD, value } },
      WRITER,
    );

    expect(letter.value.length).toBeLessThan((value.length * 4) / 3 + 1000);
  });

  test("holds text with U+0000 as base64, which jsonb takes", () => {
    const letter = encodeDeadLetter(
      { ...REJECTION, record: { ...RECORD, value: bytesOf("long text \0") } },
      WRITER,
    );

    expect(parse(letter.value)["value"]).toEqual({
      encoding: "base64",
      data: "bG9uZyB0ZXh0IAA=",
    });
  });
});

describe("what is no dead letter is told apart", () => {
  const letter = parse(encodeDeadLetter(REJECTION, WRITER).value);
  test.for([
    ["{", "malformed_json", "expected JSON, found something else (1 bytes)"],
    ["{}", "invalid_schema", "/reason: is missing"],
    [
      JSON.stringify({ ...letter, attempt: 0 }),
      "invalid_schema",
      "/attempt: expected an integer from 1 to 2147483647",
    ],
    [
      JSON.stringify({ ...letter, value: { encoding: "hex", data: "00" } }),
      "invalid_schema",
      "/value/encoding: expected utf8 or base64",
    ],
    [
      JSON.stringify({ ...letter, value: { encoding: "base64", data: "a" } }),
      "invalid_schema",
      "/value/data: expected base64",
    ],
    [
      JSON.stringify({ ...letter, key: { encoding: "base64", data: "****" } }),
      "invalid_schema",
      "/key/data: expected base64",
    ],
    [
      JSON.stringify({
        ...letter,
        headers: [["x", { encoding: "base64", data: "a" }]],
      }),
      "invalid_schema",
      "/headers/0/1/data: expected base64",
    ],
    [
      JSON.stringify({ ...letter, headers: [["x"]] }),
      "invalid_schema",
      "/headers/0: expected a name and its bytes",
    ],
    [
      JSON.stringify({ ...letter, first_seen_at: "once" }),
      "invalid_schema",
      "/first_seen_at: expected an RFC 3339 timestamp",
    ],
    [
      JSON.stringify({ ...letter, rejected_at: "now" }),
      "invalid_schema",
      "/rejected_at: expected an RFC 3339 timestamp",
    ],
  ] as const)("%s", ([text, reason, detail]) => {
    expect(decodeDeadLetter(bytesOf(text))).toEqual({
      ok: false,
      reason,
      detail,
    });
  });
});
