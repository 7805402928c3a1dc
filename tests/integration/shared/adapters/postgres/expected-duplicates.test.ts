import { beforeEach, describe, expect, test } from "vitest";

import type { StreamEventWarehouse } from "#shared/ports/stream-event-warehouse.ts";
import { applyAndListLetters } from "#tests/support/races/apply-and-list-letters.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";
import { keepSpans } from "#tests/support/tracing/keep-spans.ts";

const LOOK_UP = "aggregate-micro-batch/find_known_ids";

const database = useDatabase();
const stores = useStores(database);
const listSpans = keepSpans();

beforeEach(() => database.rows("delete from stream_events"));

/** For each transaction in which plays were judged, whether it looked up their ids. */
const listLookUps = () =>
  listSpans()
    .filter(({ name }) => name === "transaction")
    .map(({ attributes }) => [attributes["streaming.statements"]].flat())
    .filter((names) => names.includes("aggregate-micro-batch/read_bounds"))
    .map((names) => names.includes(LOOK_UP));

let nextOffset = 100;
const applyOne = (warehouse: StreamEventWarehouse, id: number) =>
  applyPlays(warehouse, [{ id, offset: nextOffset++ }]);

describe("ids of plays", () => {
  test("are not looked up while no play has come twice", async () => {
    const warehouse = stores.openWarehouse();

    await applyOne(warehouse, 1);
    await applyOne(warehouse, 2);

    expect(listLookUps()).toEqual([false, false]);
  });

  test("are looked up at once where a play comes again, and in the next 20 micro-batches", async () => {
    const warehouse = stores.openWarehouse();
    await applyOne(warehouse, 1);

    const again = await applyOne(warehouse, 1);
    for (let id = 2; id <= 22; id += 1) await applyOne(warehouse, id);

    expect(nameOutcomes(again)).toEqual(["duplicate"]);
    expect(listLookUps()).toEqual([
      false,
      false,
      true,
      ...Array.from({ length: 20 }, () => true),
      false,
    ]);
    expect(
      await database.list("select count(*)::integer from stream_events"),
    ).toEqual([[22]]);
  });

  test("are looked up before anything is tried where the records come again", async () => {
    const warehouse = stores.openWarehouse();
    const traits = [{ id: 1, offset: 50 }];
    await applyPlays(warehouse, traits);

    const again = await applyPlays(warehouse, traits);

    expect(nameOutcomes(again)).toEqual(["duplicate"]);
    expect(listLookUps()).toEqual([false, true]);
  });
});

test("a play that comes again unexpected costs no other of its micro-batch, and each letter is as it would have been", async () => {
  const warehouse = stores.openWarehouse();
  await applyPlays(warehouse, [{ id: 1, offset: 60 }]);

  const { outcomes, letters } = await applyAndListLetters(warehouse, [
    { id: 1, offset: 61 },
    { id: 1, offset: 62, userId: 2 },
    { id: 2, offset: 63 },
    { id: 3, offset: 64, userId: 987_654 },
  ]);

  expect(outcomes).toEqual([
    "duplicate",
    "conflicting_duplicate",
    "accepted",
    "unknown_reference",
  ]);
  expect(new Set(letters)).toEqual(
    new Set(["62 conflicting_duplicate", "64 unknown_reference"]),
  );
});

test("a play whose id is a fact of another payload is rejected, also where no id was looked up", async () => {
  const warehouse = stores.openWarehouse();
  await applyPlays(warehouse, [{ id: 1, offset: 70 }]);

  const { outcomes } = await applyAndListLetters(warehouse, [
    { id: 1, offset: 71, userId: 2 },
    { id: 2, offset: 72 },
  ]);

  expect(outcomes).toEqual(["conflicting_duplicate", "accepted"]);
});
