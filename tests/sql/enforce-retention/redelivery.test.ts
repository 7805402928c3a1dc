import { beforeEach, expect, test } from "vitest";

import { applyAndListLetters } from "#tests/support/races/apply-and-list-letters.ts";
import { useStores } from "#tests/support/races/open-stores.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

const BEFORE = "2026-01-15T11:59:59.999999Z";
const AFTER = "2026-01-15T12:30:00Z";
/** One of each outcome that depends on the tables, before the horizon and after it. */
const RECORDS: readonly RecordTraits[] = [
  { id: 1, at: BEFORE },
  { id: 1, at: BEFORE, offset: 2 },
  { id: 1, at: BEFORE, offset: 3, userId: 2 },
  { id: 4, at: BEFORE, userId: 999 },
  { id: 5, at: BEFORE, takenAt: "2026-01-15T11:00:00Z" },
  { id: 6 },
  { id: 7, userId: 999 },
];

beforeEach(async () => {
  await apply(RECORDS);
  await giveUpFacts();
});

test("a micro-batch that comes again after its facts were given up changes nothing and has no other letter than before", async () => {
  const before = await readTables();

  const { outcomes, letters } = await apply(RECORDS);

  expect(outcomes).toEqual([
    "duplicate",
    "duplicate",
    "duplicate",
    "duplicate",
    "duplicate",
    "duplicate",
    "unknown_reference",
  ]);
  // The same as at first: its identity absorbs it.
  expect(letters).toEqual(["7 unknown_reference"]);
  expect(await readTables()).toEqual({
    ...before,
    redelivered: RECORDS.length,
  });
});

test("a record that comes for the first time is judged, though a neighbour with the same play comes again", async () => {
  const { outcomes, letters } = await apply([
    { id: 1, at: BEFORE },
    { id: 1, at: BEFORE, offset: 8 },
    { id: 9, at: BEFORE },
  ]);

  expect(outcomes).toEqual([
    "duplicate",
    "older_than_retention",
    "older_than_retention",
  ]);
  expect(letters).toEqual(["8 older_than_retention", "9 older_than_retention"]);
  expect(await readTables()).toMatchObject({
    redelivered: 1,
    rejected: { older_than_retention: 2 },
  });
});

test("offsets that start again are judged: in a topic that was made anew nothing has been handled", async () => {
  const { letters } = await apply([
    { id: 1, at: BEFORE, takenAt: "2026-01-15T15:00:00Z" },
    { id: 2, at: BEFORE, takenAt: "2026-01-15T15:00:00Z" },
  ]);
  const again = await apply([
    { id: 1, at: BEFORE, takenAt: "2026-01-15T15:00:00Z" },
  ]);

  expect(letters).toEqual(["1 older_than_retention", "2 older_than_retention"]);
  expect(again).toEqual({ outcomes: ["duplicate"], letters: [] });
  expect(
    await database.list(
      "select incarnation, rejected_counts from partition_ledger where topic = 'stream-events' and partition = 0 order by 1 desc limit 1",
    ),
  ).toEqual([[2, { older_than_retention: 2 }]]);
});

test("letters that were given up do not come back with their records, those that are kept may", async () => {
  const records = [
    { id: 20, at: AFTER, userId: 999, takenAt: "2026-01-15T13:59:59.999Z" },
    { id: 21, at: AFTER, rewrite: () => "{", takenAt: "2026-01-15T13:59:59Z" },
    { id: 22, at: AFTER, offset: 22, takenAt: "2026-01-15T13:59:59.999Z" },
    {
      id: 22,
      at: AFTER,
      offset: 23,
      takenAt: "2026-01-15T13:59:59Z",
      userId: 2,
    },
    { id: 24, at: AFTER, userId: 999, takenAt: "2026-01-15T14:00:00Z" },
  ];
  await apply(records);
  await database.owner.query(
    "update retention_horizons set horizon = '2026-01-15 14:00+00' where kept = 'dead_letters'",
  );

  const { letters } = await apply([
    ...records,
    { id: 25, at: AFTER, userId: 999, takenAt: "2026-01-15T13:59:59.999Z" },
  ]);

  // The last one comes for the first time, however old it is.
  expect(letters).toEqual(["24 unknown_reference", "25 unknown_reference"]);
  expect(await readTables()).toMatchObject({
    redelivered: 5,
    rejected: { malformed_json: 1, unknown_reference: 5 },
  });
});

function apply(traits: readonly RecordTraits[]) {
  return applyAndListLetters(stores.openWarehouse(), traits);
}

async function giveUpFacts(): Promise<void> {
  await database.owner.query(`
    update retention_horizons set horizon = '2026-01-15 12:00+00' where kept = 'facts';
    select remove_facts(1000)`);
}

/** The facts, and what the ledger counts of the only partition that is used. */
async function readTables() {
  const [ledger] = await database.rows(`
    select handled_offsets::text as handled, accepted_count as accepted, duplicate_count as duplicate,
      redelivered_count as redelivered, rejected_counts as rejected
    from partition_ledger where topic = 'stream-events' and partition = 0`);
  return {
    facts: await database.list(
      'select event_id, "timestamp" from stream_events order by 1',
    ),
    ...ledger,
  };
}
