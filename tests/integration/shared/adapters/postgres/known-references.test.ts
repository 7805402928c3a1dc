import { afterEach, expect, test } from "vitest";

import { applyAndListLetters } from "#tests/support/races/apply-and-list-letters.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { makeMicroBatch } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const NEWCOMER = 4711;

const insertNewcomer = () =>
  database.rows(
    `insert into users select (jsonb_populate_record(u, jsonb_build_object('user_id', ${NEWCOMER}))).*
     from users u where user_id = 1`,
  );

const deleteNewcomer = async () => {
  await database.rows("delete from stream_events");
  await database.rows("delete from users where user_id = $1", [NEWCOMER]);
};

// The dimensions stay from test to test.
afterEach(deleteNewcomer);

test("a play is an orphan until its reference is there, for the same connection too", async () => {
  const warehouse = stores.openWarehouse();
  const orphan = await applyAndListLetters(warehouse, [
    { id: 1, userId: NEWCOMER },
  ]);
  await insertNewcomer();

  await applyPlays(warehouse, [{ id: 2, userId: NEWCOMER }]);

  expect(orphan.outcomes).toEqual(["unknown_reference"]);
});

test("where the owner has deleted a row that was found before, its next play is an orphan and costs no other", async () => {
  await insertNewcomer();
  const warehouse = stores.openWarehouse();
  await applyPlays(warehouse, [{ id: 1, userId: NEWCOMER }]);
  await deleteNewcomer();

  expect(
    await applyAndListLetters(warehouse, [
      { id: 2, userId: NEWCOMER },
      { id: 3 },
    ]),
  ).toEqual({
    outcomes: ["unknown_reference", "accepted"],
    letters: ["2 unknown_reference"],
  });
});

test("so it is beside a play that is a fact already and one that comes late, whose statements are under way meanwhile", async () => {
  await insertNewcomer();
  const warehouse = stores.openWarehouse();
  await applyPlays(warehouse, [{ id: 1, userId: NEWCOMER }]);
  await deleteNewcomer();
  await applyPlays(stores.openWarehouse(), [{ id: 3 }]);
  await database.rows(
    "update window_frontiers set closed_until = '2026-01-15 11:00:00+00'",
  );

  expect(
    await applyAndListLetters(warehouse, [
      { id: 2, userId: NEWCOMER },
      { id: 3, offset: 30 },
      { id: 4, at: "2026-01-15T10:59:00Z" },
    ]),
  ).toEqual({
    outcomes: ["unknown_reference", "duplicate", "late"],
    letters: ["2 unknown_reference"],
  });
});

test("so it is for the next invocation, where the time of the one that found out was up", async () => {
  await insertNewcomer();
  const warehouse = stores.openWarehouse();
  await applyPlays(warehouse, [{ id: 1, userId: NEWCOMER }]);
  await deleteNewcomer();
  const apply = (limitMs?: number) =>
    warehouse.applyMicroBatch(
      makeMicroBatch([{ id: 2, userId: NEWCOMER }]),
      () => Promise.resolve(),
      limitMs,
    );

  await expect(apply(1)).rejects.toThrow("SQLSTATE 23503");

  expect(nameOutcomes(await apply(1))).toEqual(["unknown_reference"]);
});
