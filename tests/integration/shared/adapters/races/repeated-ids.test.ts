import { describe, expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import { allCount, countStreams } from "#tests/support/races/count-streams.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { playPart } from "#tests/support/races/play-part.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import { eventIdOf } from "#tests/support/rows/make-play.ts";
import { makeMicroBatch } from "#tests/support/rows/make-records.ts";
import { storeDoubtful } from "#tests/support/rows/insert-facts.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

describe("an id that comes several times in one micro-batch", () => {
  test("is counted once", async () => {
    const outcomes = await applyPlays(stores.openWarehouse(), [
      { id: 1, partition: 1, offset: 5 },
      { id: 1, partition: 0, offset: 9 },
      { id: 1, partition: 1, offset: 6 },
      { id: 2, partition: 1, offset: 7 },
    ]);

    expect(nameOutcomes(outcomes)).toEqual([
      "duplicate",
      "accepted",
      "duplicate",
      "accepted",
    ]);
    await closeAndPublish();
    expect(await countStreams(database)).toEqual(allCount(2));
  });

  test("keeps the first payload by partition and offset; another one is rejected with its own reason", async () => {
    const rejected: Rejection[] = [];
    const outcomes = await stores.openWarehouse().applyMicroBatch(
      makeMicroBatch([
        { id: 1, partition: 1, offset: 5, userId: 2 },
        { id: 1, partition: 0, offset: 9, userId: 3 },
        { id: 1, partition: 1, offset: 6, userId: 3 },
      ]),
      async (rejections) => {
        rejected.push(...rejections);
      },
    );

    expect(nameOutcomes(outcomes)).toEqual([
      "conflicting_duplicate",
      "accepted",
      "duplicate",
    ]);
    expect(rejected.map(({ record }) => record.offset)).toEqual([5]);
    expect(await database.list("select user_id from stream_events")).toEqual([
      [3],
    ]);
  });

  test("is a duplicate of the first also where the second comes from the future", async () => {
    const warehouse = stores.openWarehouse();
    const outcomes = await applyPlays(warehouse, [
      { id: 1, offset: 1 },
      { id: 1, offset: 2, takenAt: "2026-01-15T11:00:00Z" },
    ]);

    expect(nameOutcomes(outcomes)).toEqual(["accepted", "duplicate"]);
  });
});

describe("an id that two micro-batches insert at once", () => {
  test("is accepted from the first and a duplicate in the second, which waits", async () => {
    const outcomes = await insertWhileOtherIsOpen("commit");

    expect(nameOutcomes(outcomes)).toEqual(["duplicate", "accepted"]);
    await closeAndPublish();
    expect(await countStreams(database)).toEqual(allCount(2));
  });

  test("is accepted from the second when the first is rolled back", async () => {
    const outcomes = await insertWhileOtherIsOpen("rollback");

    expect(nameOutcomes(outcomes)).toEqual(["accepted", "accepted"]);
    await closeAndPublish();
    expect(await countStreams(database)).toEqual(allCount(2));
  });
});

test("two writers with the same ids in opposite orders do not deadlock", async () => {
  const ids = Array.from({ length: 300 }, (_, index) => index + 1);
  const [one, two] = [stores.openWarehouse(), stores.openWarehouse()];

  for (let round = 0; round < 4; round += 1) {
    const inOrder = ids.map((id) => ({ id: round * 1000 + id, partition: 0 }));
    const backwards = inOrder
      .toReversed()
      .map(({ id }, at) => ({ id, partition: 1, offset: round * 1000 + at }));
    // A deadlock would reject one of them.
    const [first, second] = await Promise.all([
      applyPlays(one, inOrder),
      applyPlays(two, backwards),
    ]);

    const accepted = [...first, ...second].filter(
      ({ outcome }) => outcome.kind === "accepted",
    );
    expect(accepted).toHaveLength(ids.length);
  }
});

test("a deadlock with another micro-batch costs nothing but a second try", async () => {
  const rival = await playPart(database, "ingest", "rival");
  await storeDoubtful(rival.client, [{ id: 1, partition: 1 }]);
  // It comes twice, so that it is inserted after the copy of the other one.
  const applying = applyPlays(stores.openWarehouse({ name: "victim" }), [
    { id: 1, offset: 1 },
    { id: 1, offset: 2 },
    { id: 2, offset: 3 },
  ]);
  await waitUntilBlocked(database.owner, "victim");

  // Whoever has waited longer looks for the deadlock first, and is ended.
  await rival.say(
    `insert into stream_events
     select '${eventIdOf(2)}', "timestamp", user_id, song_id, artist_id, album_id, device_id, location_id,
       stream_duration_seconds, is_complete_play, is_skipped, is_liked, is_shared, is_added_to_playlist
     from stream_events where event_id = '${eventIdOf(1)}'`,
  );
  await rival.say("commit");

  expect(nameOutcomes(await applying)).toEqual([
    "duplicate",
    "duplicate",
    "duplicate",
  ]);
  await expect
    .poll(() =>
      database.list(
        "select deadlocks from pg_stat_database where datname = current_database()",
      ),
    )
    .toEqual([[1]]);
});

/** The first micro-batch has inserted and ends so only when the second one waits for it. */
async function insertWhileOtherIsOpen(end: "commit" | "rollback") {
  const first = await playPart(database, "ingest", "first");
  await storeDoubtful(first.client, [{ id: 1, partition: 0 }]);

  const applying = applyPlays(stores.openWarehouse({ name: "second" }), [
    { id: 1, partition: 1 },
    { id: 2, partition: 1 },
  ]);
  await Promise.race([applying, waitUntilBlocked(database.owner, "second")]);
  await first.say(end);
  return applying;
}

async function closeAndPublish(): Promise<void> {
  const store = stores.openWindowStore();
  await store.closeOpenWindows();
  await publishWindows(store, 0);
}
