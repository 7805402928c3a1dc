import { afterEach, expect, test } from "vitest";

import { createStreamEventWarehouse } from "#shared/adapters/postgres/stream-event-warehouse.ts";
import {
  type AnswerBatcher,
  startAnswerBatcher,
} from "#tests/support/faults/batch-answers.ts";
import { applyAndListLetters } from "#tests/support/races/apply-and-list-letters.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { playPart } from "#tests/support/races/play-part.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import { closeAt } from "#tests/support/rows/close-at.ts";
import { storeDoubtful } from "#tests/support/rows/insert-facts.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const NAME = "all at once";
const LATE = { id: 4, at: "2026-01-15T10:59:00Z" };
const NEWCOMER = 4711;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  // The dimensions stay from test to test.
  await deleteNewcomer();
});

test("a row that is gone is found out where the statements behind the copy are answered together with it", async () => {
  const { warehouse, batcher } = await openWarehouse(2);
  await insertNewcomer();
  await applyPlays(warehouse, [{ id: 1, userId: NEWCOMER }]);
  await applyPlays(warehouse, [{ id: 1, userId: NEWCOMER, offset: 10 }]);
  await deleteNewcomer();
  await applyPlays(stores.openWarehouse(), [{ id: 3 }]);
  const { batchCount } = batcher;

  // Ids are looked up, since one has come twice. The copy of the first fails, and with it the insert of the second.
  expect(
    await applyAndListLetters(warehouse, [
      { id: 2, userId: NEWCOMER },
      { id: 3, offset: 30 },
    ]),
  ).toEqual({
    outcomes: ["unknown_reference", "duplicate"],
    letters: ["2 unknown_reference"],
  });
  expect(batcher.batchCount).toBe(batchCount + 1);
});

test("an id that has become a fact meanwhile is found out where partial aggregates and marks are answered together with it", async () => {
  const { warehouse, batcher } = await openWarehouse(3);
  await closeAt(database.owner, {
    minutes: "2026-01-15T11:00:00Z",
    hours: "2026-01-15T11:00:00Z",
  });
  const rival = await playPart(database, "ingest", "rival");
  await storeDoubtful(rival.client, [{ id: 1, partition: 1 }]);

  const applying = applyAndListLetters(warehouse, [{ id: 1 }, LATE]);
  await waitUntilBlocked(database.owner, NAME);
  await rival.say("commit");

  expect(await applying).toEqual({
    outcomes: ["duplicate", "late"],
    letters: [],
  });
  expect(batcher.batchCount).toBe(1);
});

test("a deadlock in the ledger is found out where the look-ups behind it are answered together with it", async () => {
  // The rows of the ledger, the bounds and the references.
  const { warehouse, batcher } = await openWarehouse(3);
  const rival = await playPart(database, "ingest", "rival");
  await rival.say("begin");
  await rival.run("ledger/lock_partitions", ["stream-events", [1]]);

  const applying = applyPlays(warehouse, [
    { id: 1, partition: 0 },
    { id: 2, partition: 1 },
  ]);
  await waitUntilBlocked(database.owner, NAME);
  // Whoever has waited longer looks for the deadlock first, and is ended.
  await rival.run("ledger/lock_partitions", ["stream-events", [0]]);
  await rival.say("commit");

  expect(nameOutcomes(await applying)).toEqual(["accepted", "accepted"]);
  expect(batcher.batchCount).toBe(1);
});

async function openWarehouse(failedStatements: number) {
  const batcher: AnswerBatcher = await startAnswerBatcher(
    database.url("ingest"),
    failedStatements,
  );
  const warehouse = createStreamEventWarehouse({
    databaseUrl: batcher.databaseUrl,
    applicationName: NAME,
    transactionTimeoutMs: 30_000,
  });
  closers.push(
    () => batcher.close(),
    () => warehouse.close(),
  );
  return { warehouse, batcher };
}

const insertNewcomer = () =>
  database.rows(
    `insert into users select (jsonb_populate_record(u, jsonb_build_object('user_id', ${NEWCOMER}))).*
     from users u where user_id = 1`,
  );

async function deleteNewcomer(): Promise<void> {
  await database.rows("delete from stream_events");
  await database.rows("delete from users where user_id = $1", [NEWCOMER]);
}
