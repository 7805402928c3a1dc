import type { LetterDetails } from "#compose/dead-letters/letter-details.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

/** A letter that waits, of a play with a wrong user. */
export function makeLetter(traits: Partial<LetterDetails> = {}): LetterDetails {
  return {
    id: "12",
    state: "waiting",
    resolution: null,
    reason: "invalid_schema",
    detail: "/user_id: expected an integer from 1 to 2147483647",
    missingReferences: [],
    awaited: [],
    record: {
      ...makeRecord({
        id: 1,
        partition: 3,
        offset: 1041,
        takenAt: "2026-01-15T12:00:01.5Z",
      }),
      key: Buffer.from("a key"),
      value: Buffer.from('{"user_id":"x"}'),
    },
    mendedValue: null,
    attempt: 1,
    firstSeenAtMicros: 1_768_478_401_500_000,
    firstSeenAt: "2026-01-15T12:00:01.500000Z",
    origin: "stream-events-3-1041",
    redriveCount: 0,
    differsFromFact: false,
    handlerVersion: "7",
    storedAt: "2026-01-15T12:00:02.000000Z",
    dueAt: null,
    redrivenAt: null,
    settledAt: null,
    actions: [],
    ...traits,
  };
}
