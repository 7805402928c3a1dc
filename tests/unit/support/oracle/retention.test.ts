import { describe, expect, it } from "vitest";

import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type {
  ExpectedTables,
  OracleRecord,
} from "#tests/support/oracle/types.ts";

import {
  makeAlbum,
  makeCatalogue,
  makeDimensionRecord,
  makeEventId,
  makePlay,
  makePlayRecord,
  makeUser,
} from "./make-records.ts";

/** Records before that were handled without a horizon, those since with one. */
const SINCE_MS = Date.UTC(2024, 0, 2);
const FIRST = { timestampMs: SINCE_MS - 1 };
const THEN = { timestampMs: SINCE_MS };
const HORIZON_MS = Date.UTC(2024, 0, 1, 12);
/** The last moment before the horizon, and the horizon. */
const OLD = "2024-01-01T11:59:59.999999Z";
const NEW = "2024-01-01T12:00:00Z";

describe("a play that the horizon passes", () => {
  it("counts in the metric tables for ever, and is no fact any more", async () => {
    const { facts, hourly, userEngagement } = await judge([
      playOf(0, 1, { timestamp: OLD }, FIRST),
      playOf(1, 2, { timestamp: NEW }, FIRST),
    ]);

    expect(facts.map((fact) => fact["event_id"])).toEqual([makeEventId(2)]);
    expect(hourly.map((hour) => hour["stream_count"])).toEqual([1n, 1n]);
    expect(userEngagement).toHaveLength(2);
  });

  it("is older than retention when it is sent again, where it was a duplicate before", async () => {
    const old = { timestamp: OLD };
    const { outcomes, hourly } = await judge([
      playOf(0, 1, old, FIRST),
      playOf(1, 1, old, FIRST),
      playOf(2, 1, old, THEN),
    ]);

    expect(namesOf(outcomes)).toEqual([
      "accepted",
      "duplicate",
      "rejected:older_than_retention",
    ]);
    expect(hourly.map((hour) => hour["stream_count"])).toEqual([1n]);
  });

  it("gives its id away to a play since the horizon, and both count", async () => {
    const { outcomes, facts, hourly } = await judge([
      playOf(0, 1, { timestamp: OLD }, FIRST),
      playOf(1, 1, { timestamp: NEW }, FIRST),
      playOf(2, 1, { timestamp: NEW }, THEN),
      playOf(3, 1, { timestamp: NEW }, THEN),
      playOf(4, 1, { timestamp: OLD }, THEN),
    ]);

    expect(namesOf(outcomes)).toEqual([
      "accepted",
      "rejected:conflicting_duplicate",
      "accepted",
      "duplicate",
      "rejected:conflicting_duplicate",
    ]);
    expect(facts).toHaveLength(1);
    expect(hourly.map((hour) => hour["stream_count"])).toEqual([1n, 1n]);
  });
});

describe("a play since the horizon", () => {
  it("is a duplicate of its fact, whichever partition it comes in", async () => {
    const recent = { timestamp: NEW };
    const { outcomes } = await judge([
      playOf(0, 1, recent, { ...FIRST, partition: 2 }),
      playOf(0, 1, recent, { ...THEN, partition: 1 }),
    ]);

    expect(namesOf(outcomes)).toEqual(["duplicate", "accepted"]);
  });

  it("revises its window, however late it is", async () => {
    const { hourly } = await judge([
      playOf(0, 1, { timestamp: NEW }, FIRST),
      playOf(1, 2, { timestamp: NEW }, THEN),
    ]);

    expect(hourly.map((hour) => hour["stream_count"])).toEqual([2n]);
  });
});

describe("a dimension that comes when the horizon has moved", () => {
  it.each([
    [
      "a user",
      { user_id: 9 },
      [makeDimensionRecord("users", 9, makeUser(9), SINCE_MS)],
    ],
    [
      "an album",
      { album_id: 9 },
      [makeDimensionRecord("albums", 9, makeAlbum(9, 1), SINCE_MS)],
    ],
    [
      "the artist of an album",
      { album_id: 9 },
      [
        makeDimensionRecord("albums", 9, makeAlbum(9, 9), 0),
        makeDimensionRecord(
          "artists",
          9,
          {
            artist_id: 9,
            name: "nine",
            country: "DE",
            genre: "jazz",
            is_band: false,
          },
          SINCE_MS,
        ),
      ],
    ],
  ])("%s is one to plays since then only", async (_, fields, dimensions) => {
    const { outcomes } = await judge([
      ...dimensions,
      playOf(0, 1, { ...fields, timestamp: OLD }, FIRST),
      playOf(1, 2, { ...fields, timestamp: NEW }, FIRST),
      playOf(2, 1, { ...fields, timestamp: OLD }, THEN),
      playOf(3, 2, { ...fields, timestamp: NEW }, THEN),
    ]);

    expect(namesOf(outcomes)).toEqual([
      "rejected:unknown_reference",
      "rejected:unknown_reference",
      "rejected:older_than_retention",
      "accepted",
    ]);
  });
});

function playOf(
  offset: number,
  id: number,
  fields: Readonly<Record<string, unknown>>,
  record: { timestampMs: number; partition?: number },
): OracleRecord {
  return makePlayRecord(
    offset,
    makePlay({ event_id: makeEventId(id), ...fields }),
    record,
  );
}

function judge(records: readonly OracleRecord[]): Promise<ExpectedTables> {
  return expectTables([...makeCatalogue(), ...records], {
    retention: { horizonMs: HORIZON_MS, sinceMs: SINCE_MS },
  });
}

/** By partition and offset. */
function namesOf(outcomes: ExpectedTables["outcomes"]): string[] {
  return outcomes.map(({ outcome }) => outcome);
}
