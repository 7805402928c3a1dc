import { afterAll, beforeAll, expect, test } from "vitest";

import {
  type LetterReader,
  openLetterReader,
} from "#compose/dead-letters/letter-reader.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { useLetters } from "#tests/support/letters/use-letters.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const letters = useLetters(database);
const MISSING = { dimension: "users", id: 777 } as const;
let reader: LetterReader;

beforeAll(() => {
  reader = openLetterReader(database.url("reader"));
});
afterAll(() => reader.close());

test("whoever may only read sees letters, their record, and what was done", async () => {
  const record = makeRecord({ id: 1, offset: 7 });
  const [first = "", second = ""] = await letters.reject(
    { record, detail: "/user_id: wrong" },
    {
      record: makeRecord({ id: 2, offset: 8, userId: 777 }),
      reason: "unknown_reference",
      missingReferences: [MISSING],
    },
  );
  await letters.redrive([first], { isDryRun: true });

  expect(await reader.list({ reasons: ["invalid_schema"] }, 5)).toEqual({
    letters: [
      {
        id: first,
        state: "waiting",
        resolution: null,
        reason: "invalid_schema",
        detail: "/user_id: wrong",
        missingReferences: [],
        topic: "stream-events",
        partition: 0,
        offset: 7,
        takenAt: new Date(record.timestampMs).toISOString(),
        attempt: 1,
        dueAt: null,
      },
    ],
    totalCount: 1,
  });
  expect(await reader.findIds({ ids: [second, first, "999"] })).toMatchObject([
    { id: first },
    { id: second },
  ]);
  const [letter] = await reader.read([first]);
  expect(letter).toMatchObject({
    id: first,
    record: { ...record, ...buffersOf(record) },
    actions: [],
  });
  expect(letter && (await reader.findChain(letter))).toEqual([first]);
  const counted = { topic: "stream-events", state: "waiting", letterCount: 1 };
  expect(await reader.count({})).toMatchObject([
    { ...counted, reason: "invalid_schema" },
    { ...counted, reason: "unknown_reference" },
  ]);
  expect(await reader.countAwaited({}, 5)).toEqual([
    { ...MISSING, letterCount: 1 },
  ]);
});

test("where there is nothing, nothing is found", async () => {
  expect(await reader.list({}, 5)).toEqual({ letters: [], totalCount: 0 });
  expect(await reader.findIds({})).toEqual([]);
  expect(await reader.read(["1"])).toEqual([]);
  expect(await reader.count({})).toEqual([]);
  expect(await reader.countAwaited({}, 5)).toEqual([]);
});

/** Postgres' client gives bytes as buffers. */
function buffersOf({ key, value }: KafkaRecord) {
  return { key: key && Buffer.from(key), value: value && Buffer.from(value) };
}
