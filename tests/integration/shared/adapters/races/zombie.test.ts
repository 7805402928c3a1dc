import { expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { allCount, countStreams } from "#tests/support/races/count-streams.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { makeMicroBatch } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const TIMEOUT_MS = 700;
const publish = () => Promise.resolve();

test("an invocation that is paused in its transaction loses its locks, and its retry counts the plays once", async () => {
  const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
  const { promise: paused, resolve: pause } = Promise.withResolvers<void>();
  const zombie = stores.openWarehouse({
    name: "zombie",
    transactionTimeoutMs: TIMEOUT_MS,
  });
  const microBatch = makeMicroBatch([{ id: 1 }, { id: 2, userId: 999 }]);

  const first = zombie.applyMicroBatch(microBatch, () => {
    pause();
    return resumed;
  });
  const failure = first.catch((error: unknown) => error);
  await paused;
  // It holds the partition's row of the ledger, which the retry waits for.
  const startedAt = performance.now();
  const retried = await stores
    .openWarehouse()
    .applyMicroBatch(microBatch, publish);
  const waitedMs = performance.now() - startedAt;
  resume();

  expect(nameOutcomes(retried)).toEqual(["accepted", "unknown_reference"]);
  expect(waitedMs).toBeGreaterThan(TIMEOUT_MS / 2);
  expect(waitedMs).toBeLessThan(TIMEOUT_MS + 5000);
  expect(await failure).toMatchObject({ retry: true });

  // The zombie lives on with a new connection; what it repeats is known.
  const repeated = await zombie.applyMicroBatch(microBatch, publish);
  expect(nameOutcomes(repeated)).toEqual(["duplicate", "unknown_reference"]);
  expect(
    await database.list(
      "select accepted_count, duplicate_count, redelivered_count, rejected_counts from partition_ledger where topic = 'stream-events' and partition = 0",
    ),
  ).toEqual([[1, 0, 2, { unknown_reference: 1 }]]);
});

test("an invocation whose connection is cut before the commit has changed nothing, and its retry everything", async () => {
  const warehouse = stores.openWarehouse({ name: "cut off" });
  const microBatch = makeMicroBatch([{ id: 1 }, { id: 2, userId: 999 }]);
  const killer = await database.connect("ingest");

  const cutOff = warehouse.applyMicroBatch(microBatch, async () => {
    await killer.query(
      "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'cut off'",
    );
  });

  await expect(cutOff).rejects.toMatchObject({ retry: true });
  expect(await database.list("select from stream_events")).toEqual([]);
  await warehouse.applyMicroBatch(microBatch, publish);
  await closeAndPublish();
  expect(await countStreams(database)).toEqual(allCount(1));
});

test("a connection that dies between two invocations is replaced", async () => {
  const warehouse = stores.openWarehouse({ name: "idle" });
  await applyPlays(warehouse, [{ id: 1 }]);
  const killer = await database.connect("ingest");

  await killer.query(
    "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'idle'",
  );
  // The end of the connection arrives with the next turn of the event loop or later: a failure is no loss.
  await expect
    .poll(() =>
      applyPlays(warehouse, [{ id: 2 }]).then(
        (outcomes) => nameOutcomes(outcomes),
        (error: { readonly retry?: boolean }) => error.retry,
      ),
    )
    .toEqual(["accepted"]);
});

async function closeAndPublish(): Promise<void> {
  const store = stores.openWindowStore();
  await store.closeOpenWindows();
  await publishWindows(store, 0);
}
