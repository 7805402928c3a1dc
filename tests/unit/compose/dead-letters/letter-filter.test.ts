import { expect, test } from "vitest";

import { fitsLetter } from "#compose/dead-letters/letter-filter.ts";

const TAKEN_AT = "2026-01-15T12:00:00.123Z";
const LETTER = {
  reason: "unknown_reference",
  record: { topic: "stream-events", timestampMs: Date.parse(TAKEN_AT) },
  missingReferences: [
    { dimension: "users", id: 9 },
    { dimension: "songs", id: 8 },
  ],
};

test.for([
  [{}, true],
  [{ reasons: ["unknown_reference"] }, true],
  [{ reasons: ["invalid_schema", "unknown_reference"] }, true],
  [{ reasons: ["invalid_schema"] }, false],
  [{ reasons: [] }, false],
  [{ topics: ["users", "stream-events"] }, true],
  [{ topics: ["users"] }, false],
  [{ from: TAKEN_AT }, true],
  [{ from: "2026-01-15T12:00:00.124Z" }, false],
  [{ to: "2026-01-15T12:00:00.124Z" }, true],
  [{ to: TAKEN_AT }, false],
  [{ from: "2026-01-15T00:00:00Z", to: "2026-01-16T00:00:00Z" }, true],
  [{ reference: { dimension: "users" } }, true],
  [{ reference: { dimension: "users", id: 9 } }, true],
  [{ reference: { dimension: "songs", id: 8 } }, true],
  [{ reference: { dimension: "users", id: 8 } }, false],
  [{ reference: { dimension: "albums" } }, false],
  [{ reasons: ["unknown_reference"], topics: ["users"] }, false],
  [
    {
      reasons: ["unknown_reference"],
      topics: ["stream-events"],
      from: TAKEN_AT,
      to: "2026-01-16T00:00:00Z",
      reference: { dimension: "users", id: 9 },
    },
    true,
  ],
] as const)("%j: %j", ([filter, isFitting]) => {
  expect(fitsLetter(filter, LETTER)).toBe(isFitting);
});
