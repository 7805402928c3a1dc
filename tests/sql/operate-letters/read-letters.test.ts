import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { insertLetters } from "#tests/support/rows/insert-letters.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const statement = (name: string) =>
  loadStatement(`queries/operate-letters/${name}`);

const USER_9 = { dimension: "users", id: 9 } as const;
const USER_777 = { dimension: "users", id: 777 } as const;
const SONG_888 = { dimension: "songs", id: 888 } as const;
const TAKEN_AT = "2026-01-15T14:00:00.123Z";

test("the newest letters come first, without their payload, and with how many there are", async () => {
  const [first, , third] = await insertLetters(database.owner, [
    { attempt: 2, redriveCount: 3, takenAt: TAKEN_AT },
    { state: "resolved" },
    {
      topic: "users",
      partition: 2,
      offset: 9_007_199_254_740_991,
      reason: "unknown_reference",
      detail: "expected these",
      missing: [USER_9],
      dueAt: "2026-01-15T14:00:00.9999Z",
      value: Buffer.from("long"),
    },
  ]);

  const rows = await list({ states: ["waiting"] }, 10);

  expect(rows).toEqual([
    {
      dead_letter_id: String(third),
      state: "waiting",
      resolution: null,
      reason: "unknown_reference",
      detail: "expected these",
      missing_references: [USER_9],
      source_topic: "users",
      source_partition: 2,
      source_offset: "9007199254740991",
      taken_at: TAKEN_AT,
      attempt: 1,
      due_at: "2026-01-15T14:00:00.999Z",
      total_count: 2,
    },
    expect.objectContaining({
      dead_letter_id: String(first),
      attempt: 5,
      due_at: null,
      total_count: 2,
    }),
  ]);
  expect(await list({ states: ["waiting"] }, 1)).toEqual([rows[0]]);
  expect(await list({ states: ["buried"] }, 10)).toEqual([]);
});

test("of a letter everything is read, bytes as they were", async () => {
  const [id] = await insertLetters(database.owner, [
    {
      partition: 3,
      offset: 1041,
      takenAt: TAKEN_AT,
      state: "buried",
      resolution: "by_operator",
      settledAt: "2026-01-15T15:00:00.000001Z",
      dueAt: "2026-01-15T16:00:00Z",
      attempt: 2,
      redriveCount: 1,
      origin: "stream-events-1-7",
      firstSeenAt: "2026-01-14T00:00:00.000001Z",
      key: null,
      value: Buffer.alloc(0),
      mendedValue: Buffer.from([0, 255]),
      headers: [["AGE=", ""]],
      missing: [USER_9],
      differsFromFact: true,
    },
    {},
  ]);
  await database.rows(
    `insert into dead_letter_actions (dead_letter_id, action, actor, acted_at, note)
     values ($1, 'redriven', 'ann', '2026-01-15T14:30:00.000001Z', 'as agreed'),
       ($1, 'buried', 'bob', '2026-01-15T15:00:00Z', null)`,
    [id],
  );

  expect(await database.run(statement("read_letters"), [[id]])).toEqual([
    {
      dead_letter_id: String(id),
      state: "buried",
      resolution: "by_operator",
      reason: "malformed_json",
      detail: "expected JSON, found something else (1 bytes)",
      missing_references: [USER_9],
      source_topic: "stream-events",
      source_partition: 3,
      source_offset: "1041",
      source_timestamp_ms: String(Date.parse(TAKEN_AT)),
      attempt: 3,
      redrive_count: 1,
      origin: "stream-events-1-7",
      differs_from_fact: true,
      handler_version: "7",
      first_seen_at: "2026-01-14T00:00:00.000001Z",
      stored_at: "2026-01-15T14:00:05.000000Z",
      due_at: "2026-01-15T16:00:00.000000Z",
      redriven_at: null,
      settled_at: "2026-01-15T15:00:00.000001Z",
      original_key: null,
      original_value: Buffer.alloc(0),
      mended_value: Buffer.from([0, 255]),
      original_headers: [["AGE=", ""]],
      awaited: [],
      actions: [
        {
          action: "redriven",
          actor: "ann",
          at: "2026-01-15T14:30:00.000001Z",
          note: "as agreed",
        },
        {
          action: "buried",
          actor: "bob",
          at: "2026-01-15T15:00:00.000000Z",
          note: null,
        },
      ],
    },
  ]);
});

test("letters are read in the order in which they were stored, and one that is gone is left out", async () => {
  const [first = 0, second = 0] = await insertLetters(database.owner, [{}, {}]);

  const rows = await database.run(statement("read_letters"), [
    [second, 999_999_999, first],
  ]);

  expect(rows.map((row) => row["dead_letter_id"])).toEqual([
    String(first),
    String(second),
  ]);
});

test("what a letter waits for is what has not arrived of it", async () => {
  const [id] = await insertLetters(database.owner, [
    {
      reason: "unknown_reference",
      missing: [SONG_888, USER_9, USER_777],
      awaited: [USER_777, SONG_888, USER_9],
    },
    { awaited: [{ dimension: "albums", id: 999 }] },
  ]);

  const [row] = await database.run(statement("read_letters"), [[id]]);

  expect(row?.["awaited"]).toEqual([SONG_888, USER_777]);
});

test("all letters of a record are found by where and when it began", async () => {
  const chain = { origin: "stream-events-0-1", firstSeenAt: TAKEN_AT } as const;
  const [third, first, second] = await insertLetters(database.owner, [
    { ...chain, attempt: 3 },
    { ...chain, attempt: 1 },
    { ...chain, attempt: 2 },
    { origin: chain.origin, firstSeenAt: "2026-01-15T14:00:00.124Z" },
    { origin: "stream-events-0-2", firstSeenAt: TAKEN_AT },
  ]);

  const rows = await database.run(statement("find_chain"), [
    chain.origin,
    TAKEN_AT,
  ]);

  expect(rows.map((row) => Number(row["dead_letter_id"]))).toEqual([
    first,
    second,
    third,
  ]);
});

test("letters are counted by reason, state and topic, with the time of their records", async () => {
  const early = "2026-01-15T12:00:00Z";
  await insertLetters(database.owner, [
    { takenAt: TAKEN_AT },
    { takenAt: early },
    { takenAt: early, state: "buried" },
    { takenAt: early, topic: "users" },
    { takenAt: early, reason: "invalid_schema" },
    { takenAt: "2026-01-17T00:00:00Z" },
  ]);
  const filter = { to: "2026-01-16T00:00:00Z" };

  const rows = await database.run(statement("count_letters"), [
    JSON.stringify(filter),
  ]);

  const at = "2026-01-15T12:00:00.000Z";
  expect(rows.map((row) => Object.values(row))).toEqual([
    ["invalid_schema", "waiting", "stream-events", 1, at, at],
    ["malformed_json", "buried", "stream-events", 1, at, at],
    ["malformed_json", "waiting", "stream-events", 2, at, TAKEN_AT],
    ["malformed_json", "waiting", "users", 1, at, at],
  ]);
});

test("what most letters wait for comes first, of those that are meant", async () => {
  const reason = "unknown_reference";
  await insertLetters(database.owner, [
    { reason, awaited: [USER_777, SONG_888] },
    { reason, awaited: [USER_777] },
    { reason, awaited: [USER_9] },
    { reason, awaited: [USER_9], topic: "albums" },
    { reason, missing: [USER_9] },
  ]);
  const count = async (filter: object, limit: number) => {
    const values = [JSON.stringify(filter), limit];
    const rows = await database.run(statement("count_awaited"), values);
    return rows.map((row) => Object.values(row));
  };

  expect(await count({}, 10)).toEqual([
    ["users", "9", 2],
    ["users", "777", 2],
    ["songs", "888", 1],
  ]);
  expect(await count({ topics: ["stream-events"] }, 2)).toEqual([
    ["users", "777", 2],
    ["songs", "888", 1],
  ]);
});

function list(filter: object, limit: number) {
  return database.run(statement("list_letters"), [
    JSON.stringify(filter),
    limit,
  ]);
}
