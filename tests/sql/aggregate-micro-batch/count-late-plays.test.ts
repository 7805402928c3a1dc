import { expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import { playPart } from "#tests/support/races/play-part.ts";
import { closeAt } from "#tests/support/rows/close-at.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

/** Late by 10 s, 70 s and 130 s for the five minutes from 12:00. */
const LATE = [
  { id: 1, at: "2026-01-15T12:00:00Z", takenAt: "2026-01-15T12:05:10Z" },
  { id: 2, at: "2026-01-15T12:04:59.999999Z", takenAt: "2026-01-15T12:06:10Z" },
  { id: 3, at: "2026-01-15T12:01:00Z", takenAt: "2026-01-15T12:07:10Z" },
];
const COUNTED = [
  ["minutes", "12:00", 0, 3, "00:00:10", "00:02:10", "00:03:30"],
];

test("late plays are counted per window and source partition, with how late the broker took them", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });

  await applyPlays(stores.openWarehouse(), [
    ...LATE.slice(0, 2),
    { ...LATE[2]!, partition: 3 },
    // The microsecond before the window that is open, and that window.
    {
      id: 4,
      at: "2026-01-15T12:09:59.999999Z",
      takenAt: "2026-01-15T12:10:00.001Z",
    },
    { id: 5, at: "2026-01-15T12:10:00Z", takenAt: "2026-01-15T13:00:00Z" },
  ]);

  expect(await listLatePlays()).toEqual([
    ["minutes", "12:00", 0, 2, "00:00:10", "00:01:10", "00:01:20"],
    ["minutes", "12:00", 3, 1, "00:02:10", "00:02:10", "00:02:10"],
    ["minutes", "12:05", 0, 1, "00:00:00.001", "00:00:00.001", "00:00:00.001"],
  ]);
});

test("a play is counted under each window size whose window has closed", async () => {
  await closeAt(database.owner, {
    minutes: "2026-01-15T13:00:00Z",
    hours: "2026-01-15T13:00:00Z",
  });

  await applyPlays(stores.openWarehouse(), [
    { id: 1, at: "2026-01-15T12:59:00Z", takenAt: "2026-01-15T15:00:00Z" },
  ]);

  expect(await listLatePlays()).toEqual([
    ["hourly", "12:00", 0, 1, "02:00:00", "02:00:00", "02:00:00"],
    ["minutes", "12:55", 0, 1, "02:00:00", "02:00:00", "02:00:00"],
  ]);
});

test("a play for a window that was closed ahead of its time is late by less than nothing", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:05:00Z" });

  await applyPlays(stores.openWarehouse(), [
    { id: 1, at: "2026-01-15T12:01:00Z", takenAt: "2026-01-15T12:02:00Z" },
  ]);

  expect(await listLatePlays()).toEqual([
    ["minutes", "12:00", 0, 1, "-00:03:00", "-00:03:00", "-00:03:00"],
  ]);
});

test("plays that are in time leave nothing", async () => {
  await applyPlays(stores.openWarehouse(), LATE);

  expect(await listLatePlays()).toEqual([]);
});

test("late plays that come again are not counted again, however they are cut", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:05:00Z" });
  const warehouse = stores.openWarehouse();
  await applyPlays(warehouse, LATE);

  await applyPlays(warehouse, LATE);
  for (const play of LATE) await applyPlays(warehouse, [play]);

  expect(await listLatePlays()).toEqual(COUNTED);
});

test("the counts of many micro-batches are folded when the window is revised, and stay the same", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:05:00Z" });
  const warehouse = stores.openWarehouse();
  for (const play of LATE) await applyPlays(warehouse, [play]);
  expect(await countRows()).toBe(3);

  await publishWindows(stores.openWindowStore(), 0);

  expect(await countRows()).toBe(1);
  expect(await listLatePlays()).toEqual(COUNTED);
});

test("a late micro-batch does not wait for another one of the same window", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:05:00Z" });
  const other = await playPart(database, "ingest", "other");
  await other.say(`begin;
    insert into late_play_counts
    values ('minutes', '2026-01-15 12:00+00', 'stream-events', 0, 1, '1 s', '1 s', '1 s')`);

  await applyPlays(stores.openWarehouse({ transactionTimeoutMs: 5000 }), LATE);

  expect(await listLatePlays()).toEqual(COUNTED);
  await other.say("rollback");
});

function listLatePlays(): Promise<unknown[][]> {
  return database.list(`
    select window_kind, to_char(window_start, 'HH24:MI'), partition, late_count,
      least_lateness::text, greatest_lateness::text, total_lateness::text
    from late_plays
    order by 1, 2, 3`);
}

async function countRows(): Promise<unknown> {
  const [[count] = []] = await database.list(
    "select count(*) from late_play_counts",
  );
  return count;
}
