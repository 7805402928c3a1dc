import { beforeAll, expect, test } from "vitest";

import type { LetterFilter } from "#compose/dead-letters/letter-filter.ts";
import { loadStatement } from "#shared/sql.ts";
import {
  insertLetters,
  type LetterTraits,
} from "#tests/support/rows/insert-letters.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase({ isKept: true });
const findLetterIds = loadStatement("queries/operate-letters/find_letter_ids");

const USER_9 = { dimension: "users", id: 9 } as const;
const SONG_8 = { dimension: "songs", id: 8 } as const;
/** By the names that the cases below call them. */
const LETTERS: Readonly<Record<string, LetterTraits>> = {
  play: { partition: 3, offset: 1041, value: Buffer.from("12345") },
  copy: {
    partition: 3,
    offset: 1041,
    takenAt: "2026-01-16T12:00:00Z",
    value: Buffer.from("1"),
    mendedValue: Buffer.from("1234"),
  },
  row: {
    topic: "users",
    partition: 1,
    offset: 7,
    reason: "invalid_schema",
    state: "buried",
    resolution: "by_operator",
    value: null,
  },
  orphan: {
    reason: "unknown_reference",
    missing: [USER_9, SONG_8],
    takenAt: "2026-01-15T15:00:00Z",
    key: Buffer.alloc(1000),
    value: Buffer.alloc(0),
  },
  other: {
    topic: "albums",
    reason: "unknown_reference",
    missing: [{ dimension: "users", id: 10 }],
    state: "resolved",
    resolution: "landed",
    takenAt: "2026-01-15T16:00:00Z",
  },
  sent: {
    state: "redriven",
    partition: 4,
    reason: "'; drop table users; --",
    headers: [["dHJhY2U=", "AAECAwQ="]],
  },
};
const NAMES = Object.keys(LETTERS);
const ids = new Map<string, number>();

beforeAll(async () => {
  const inserted = await insertLetters(database.owner, Object.values(LETTERS));
  for (const [index, name] of NAMES.entries())
    ids.set(name, inserted[index] ?? 0);
});

const at = (topic: string, partition: number, offset: number) => ({
  topic,
  partition,
  offset,
});

test.for<[LetterFilter, readonly string[]]>([
  [{}, NAMES],
  [{ reasons: ["unknown_reference"] }, ["orphan", "other"]],
  [{ reasons: ["malformed_json", "invalid_schema"] }, ["play", "copy", "row"]],
  [{ reasons: ["'; drop table users; --"] }, ["sent"]],
  [{ reasons: [] }, []],
  [{ topics: ["users"] }, ["row"]],
  [{ topics: ["users", "albums"] }, ["row", "other"]],
  [{ states: ["waiting"] }, ["play", "copy", "orphan"]],
  [{ states: ["redriven", "buried"] }, ["row", "sent"]],
  [{ from: "2026-01-15T15:00:00Z" }, ["copy", "orphan", "other"]],
  [{ from: "2026-01-15T15:00:00.001Z" }, ["copy", "other"]],
  [{ to: "2026-01-15T15:00:00Z" }, ["play", "row", "sent"]],
  [{ to: "2026-01-15T14:00:00.123Z" }, []],
  [{ from: "2026-01-15T15:00:00Z", to: "2026-01-15T16:00:00Z" }, ["orphan"]],
  [{ reference: { dimension: "users" } }, ["orphan", "other"]],
  [{ reference: USER_9 }, ["orphan"]],
  [{ reference: SONG_8 }, ["orphan"]],
  [{ reference: { dimension: "songs", id: 9 } }, []],
  [{ reference: { dimension: "albums" } }, []],
  [{ ids: [], positions: [] }, []],
  [{ positions: [at("stream-events", 3, 1041)] }, ["play", "copy"]],
  [{ positions: [at("stream-events", 1041, 3)] }, []],
  [
    { positions: [at("users", 1, 7), at("stream-events", 3, 1041)] },
    ["play", "copy", "row"],
  ],
  [
    {
      positions: [at("stream-events", 3, 1041)],
      states: ["waiting"],
      to: "2026-01-16T00:00:00Z",
    },
    ["play"],
  ],
  [
    {
      reasons: ["unknown_reference"],
      topics: ["stream-events"],
      states: ["waiting", "resolved"],
      from: "2026-01-15T00:00:00Z",
      to: "2026-01-16T00:00:00Z",
      reference: { dimension: "users" },
    },
    ["orphan"],
  ],
])("%j means %j", async ([filter, names]) => {
  expect(await find(filter)).toEqual(names);
});

test("ids and places are meant one beside the other, everything else has to fit as well", async () => {
  const named = {
    ids: [String(ids.get("row")), "999999999"],
    positions: [at("stream-events", 3, 1041)],
  };

  expect(await find(named)).toEqual(["play", "copy", "row"]);
  expect(await find({ ids: named.ids })).toEqual(["row"]);
  expect(await find({ ...named, states: ["waiting"] })).toEqual([
    "play",
    "copy",
  ]);
});

test("letters come in the order in which they were stored, with all the bytes that they take", async () => {
  const rows = await database.run(findLetterIds, ["{}"]);

  // Value, value that was sent in its place, key, and headers as JSON.
  expect(rows.map((row) => row["byte_count"])).toEqual([
    5 + 3 + 2,
    1 + 4 + 3 + 2,
    3 + 2,
    1000 + 2,
    1 + 3 + 2,
    1 + 3 + 26,
  ]);
  expect(rows.map((row) => Number(row["dead_letter_id"]))).toEqual([
    ...ids.values(),
  ]);
});

async function find(filter: LetterFilter): Promise<string[]> {
  const rows = await database.run(findLetterIds, [JSON.stringify(filter)]);
  return rows.flatMap((row) =>
    NAMES.filter((name) => ids.get(name) === Number(row["dead_letter_id"])),
  );
}
