import { expect, test } from "vitest";

import {
  renderLetterJson,
  renderLetterLine,
} from "#compose/dead-letters/tail-letters.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const LETTER = {
  isReadable: true,
  record: {
    ...makeRecord({
      id: 1,
      partition: 3,
      offset: 1041,
      takenAt: "2026-01-15T12:00:01.5Z",
    }),
    key: null,
    value: Uint8Array.from([0, 255]),
    headers: [["trace", Buffer.from("a")]] as const,
  },
  reason: "malformed_json",
  detail: "expected UTF-8\u001B[2J",
  missingReferences: [],
  attempt: 2,
  origin: "stream-events-1-7",
  firstSeenAtMicros: 0,
  handlerVersion: "7",
};

test("a letter that comes in is a line for people, which no terminal obeys", () => {
  expect(renderLetterLine(LETTER)).toBe(
    String.raw`2026-01-15T12:00:01.500000Z  malformed_json  stream-events-3-1041  attempt 2  expected UTF-8\u{001b}[2J`,
  );
});

test("or a line of JSON with its bytes", () => {
  const line = renderLetterJson(LETTER);

  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    first_seen_at: "1970-01-01T00:00:00.000000Z",
    reason: "malformed_json",
    detail: "expected UTF-8\u001B[2J",
    missing_references: [],
    source: {
      topic: "stream-events",
      partition: 3,
      offset: 1041,
      timestamp_ms: Date.parse("2026-01-15T12:00:01.500Z"),
    },
    attempt: 2,
    origin: "stream-events-1-7",
    handler_version: "7",
    key: null,
    value: { encoding: "base64", data: "AP8=" },
    headers: [["trace", { encoding: "utf8", data: "a" }]],
  });
});
