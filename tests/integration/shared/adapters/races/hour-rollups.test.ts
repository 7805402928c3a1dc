import { afterEach, describe, expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { loadStatement } from "#shared/sql.ts";
import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import { type Part, playPart } from "#tests/support/races/play-part.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const NOON = new Date("2026-01-15T12:00:00Z");
const ONE_PM = new Date("2026-01-15T13:00:00Z");
const LAST_WINDOW = ["minutes", "2026-01-15T12:55:00Z"] as const;

/** Two users and two songs in three windows of the hour of noon, one play in the next hour. */
const PLAYS = [
  { id: 1, isSkipped: true, streamDurationSeconds: 7 },
  { id: 2, at: "2026-01-15T12:31:00Z", isLiked: true },
  { id: 3, at: "2026-01-15T12:32:00Z", isSkipped: true, songId: 2 },
  { id: 4, at: "2026-01-15T12:33:00Z", isShared: true },
  { id: 5, at: "2026-01-15T12:59:59Z", userId: 2, isCompletePlay: true },
  { id: 6, at: "2026-01-15T13:00:00Z", userId: 2 },
];
/** User, plays, seconds, skipped, liked, shared, added. */
const USERS_OF_NOON = [
  [1, 4, 187, 2, 1, 1, 0],
  [2, 1, 60, 0, 0, 0, 0],
];
/** Location and user. */
const LISTENERS_OF_NOON = [
  [1, 1],
  [1, 2],
];
/** Song, plays, completed, skipped, liked. */
const CONTENTS_OF_NOON = [
  [1, 4, 1, 1, 1],
  [2, 1, 0, 1, 0],
];

describe("an hour whose windows are all published", () => {
  test("is added up once, and dashboards read the same as before", async () => {
    const store = await publishAll();
    const before = await readHours();

    expect(await store.findRollableHours(0)).toEqual([ONE_PM, NOON]);
    expect(await store.rollUpHour(NOON)).toBe(true);
    expect(await store.rollUpHour(NOON)).toBe(false);

    expect(await store.findRollableHours(0)).toEqual([ONE_PM]);
    expect(before.users).toEqual(USERS_OF_NOON);
    expect(before.contents).toEqual(CONTENTS_OF_NOON);
    expect(before.listeners).toEqual(LISTENERS_OF_NOON);
    expect(await readHours()).toEqual(before);
    // Now from the sums: the windows are not looked at.
    await database.rows("delete from content_performance_metrics");
    await database.rows("delete from location_listeners");
    expect(await readHours()).toEqual(before);
  });

  test("is left alone until none of them was published anew for a while", async () => {
    const store = await publishAll();

    expect(await store.findRollableHours(600_000)).toEqual([]);
  });

  test("is out of date from the moment a late play revises one, and is added up anew", async () => {
    const store = await publishAll();
    await store.rollUpHour(NOON);
    await applyPlays(stores.openWarehouse(), [
      { id: 7, at: "2026-01-15T12:32:00Z", userId: 3 },
    ]);
    await publishWindows(store, 0);

    const revised = [...USERS_OF_NOON, [3, 1, 60, 0, 0, 0, 0]];
    expect((await readHours()).users).toEqual(revised);
    expect(await store.rollUpHour(NOON)).toBe(true);
    expect((await readHours()).users).toEqual(revised);
    expect(await runCheck()).toEqual([]);
  });
});

describe("an hour that is not over", () => {
  test("is not added up while all its windows are open, is read from its windows, and is marked as unfinished", async () => {
    await applyPlays(stores.openWarehouse(), PLAYS);
    const store = stores.openWindowStore();

    expect(await store.findRollableHours(0)).toEqual([]);
    expect(await readHours()).toEqual({
      users: USERS_OF_NOON,
      contents: CONTENTS_OF_NOON,
      listeners: LISTENERS_OF_NOON,
      isFinal: [false],
    });
  });

  const UNFINISHED = {
    users: USERS_OF_NOON,
    contents: CONTENTS_OF_NOON,
    listeners: LISTENERS_OF_NOON,
    isFinal: [false],
  };

  test("is added up as far as its windows are published, and is unfinished all the same", async () => {
    await applyPlays(stores.openWarehouse(), PLAYS);
    const store = await publishUntil("12:05");

    expect(await store.findRollableHours(0)).toEqual([NOON]);
    expect(await store.rollUpHour(NOON)).toBe(true);

    expect(await store.findRollableHours(0)).toEqual([]);
    expect(await readRolledUntil()).toEqual([["12:05"]]);
    expect(await readHours()).toEqual(UNFINISHED);
    // The window from the sums: it is not looked at.
    await database.rows("delete from content_performance_metrics");
    expect((await readHours()).contents).toEqual(CONTENTS_OF_NOON);
  });

  test("keeps its sums when a later window is published, which is read by itself until they are made anew", async () => {
    await applyPlays(stores.openWarehouse(), PLAYS);
    await (await publishUntil("12:05")).rollUpHour(NOON);
    const store = await publishUntil("12:35");

    expect(await readRolledUntil()).toEqual([["12:05"]]);
    expect(await readHours()).toEqual(UNFINISHED);
    expect(await store.findRollableHours(0)).toEqual([NOON]);
    expect(await store.rollUpHour(NOON)).toBe(true);
    expect(await readRolledUntil()).toEqual([["12:35"]]);
    expect(await readHours()).toEqual(UNFINISHED);
    expect(await runCheck()).toEqual([]);
  });

  test("is read by its windows from when one is revised that its sums hold", async () => {
    await applyPlays(stores.openWarehouse(), PLAYS);
    const store = await publishUntil("12:05");
    await store.rollUpHour(NOON);
    await applyPlays(stores.openWarehouse(), [
      { id: 7, at: "2026-01-15T12:04:00Z", userId: 3 },
    ]);
    await publishWindows(store, 0);

    expect(await readRolledUntil()).toEqual([[null]]);
    expect((await readHours()).users).toEqual([
      ...USERS_OF_NOON,
      [3, 1, 60, 0, 0, 0, 0],
    ]);
  });

  test("has nothing to be added up before its first window is published", async () => {
    await applyPlays(stores.openWarehouse(), PLAYS);
    const store = stores.openWindowStore();
    await database.rows(
      "insert into hour_rollups (time_window) values ('2026-01-15 12:00+00')",
    );

    expect(await store.findRollableHours(0)).toEqual([]);
    expect(await store.rollUpHour(NOON)).toBe(false);
  });
});

describe("windows that do not fit into an hour", () => {
  afterEach(() => setSize("5 minutes"));

  test.for([
    // One from 11:54 to 12:01, and one from 12:57 to 13:04.
    {
      size: "7 minutes",
      closedUntil: "12:57",
      rolledUntil: "12:57",
      users: [
        [1, 3, 180, 1, 1, 1, 0],
        [2, 2, 120, 0, 0, 0, 0],
      ],
    },
    {
      size: "7 minutes",
      closedUntil: "13:04",
      rolledUntil: "13:00",
      users: [
        [1, 3, 180, 1, 1, 1, 0],
        [2, 2, 120, 0, 0, 0, 0],
      ],
    },
    {
      size: "90 minutes",
      closedUntil: "13:30",
      rolledUntil: "13:00",
      users: [
        [1, 4, 187, 2, 1, 1, 0],
        [2, 2, 120, 0, 0, 0, 0],
      ],
    },
  ])(
    "of $size belong to the hour in which they begin, closed until $closedUntil",
    async ({ size, closedUntil, rolledUntil, users }) => {
      await setSize(size);
      await applyPlays(stores.openWarehouse(), PLAYS);
      const store = await publishUntil(closedUntil);
      const before = await readHours();

      expect(await store.rollUpHour(NOON)).toBe(true);

      expect(await readRolledUntil()).toEqual([[rolledUntil]]);
      expect(await readHours()).toEqual(before);
      expect(await runCheck()).toEqual([]);
      await publishUntil("15:00");
      expect((await readHours()).users).toEqual(users);
      expect(await runCheck()).toEqual([]);
    },
  );

  test("are locked with the hour in which they begin, wherever they end", async () => {
    await setSize("7 minutes");
    await applyPlays(stores.openWarehouse(), PLAYS);
    const store = await publishUntil("13:04");
    const rebuilder = await playPart(database, "closer", "rebuilder");
    await rebuilder.say("begin");
    await rebuilder.run("close-windows/lock_window", [
      "minutes",
      "2026-01-15T12:57:00Z",
    ]);

    expect(await store.rollUpHour(NOON)).toBe(false);
  });
});

test("an hour is left to the next run where somebody holds one of its windows for long", async () => {
  const store = await publishAll();
  const rebuilder = await playPart(database, "closer", "rebuilder");
  await rebuilder.say("begin");
  await rebuilder.run("close-windows/lock_window", LAST_WINDOW);

  expect(await store.rollUpHour(NOON)).toBe(false);
  await rebuilder.say("rollback");

  expect(await store.rollUpHour(NOON)).toBe(true);
});

test("an hour that was published by a clock which was put back since is added up all the same", async () => {
  const store = await publishAll();
  await database.rows(
    "update hour_rollups set changed_at = changed_at + interval '1 day'",
  );

  expect(await store.findRollableHours(120_000)).toEqual([ONE_PM, NOON]);
});

describe("adding up an hour while one of its windows is published", () => {
  test("waits for the publication, and has what it brings", async () => {
    const store = await publishAll();
    const reviser = await playPart(database, "closer", "reviser");
    await reviser.say("begin");
    await reviser.run("close-windows/lock_window", LAST_WINDOW);
    const adder = await playPart(database, "closer", "adding up");
    await adder.say("begin");
    const locked = adder.run("close-windows/lock_hour", [NOON]);
    await waitUntilBlocked(database.owner, "adding up");
    await reviser.say(
      "update user_engagement_metrics set stream_count = 2 where time_window = '2026-01-15 12:55:00+00'",
    );
    await reviser.run("close-windows/record_publication", LAST_WINDOW);
    await reviser.say("commit");
    await locked;
    await rollUp(adder);

    expect((await readHours()).users).toEqual([
      USERS_OF_NOON[0],
      [2, 2, 60, 0, 0, 0, 0],
    ]);
    expect(await store.findRollableHours(0)).not.toContainEqual(NOON);
  });

  test("has the publication wait, which then makes it out of date", async () => {
    const store = await publishAll();
    const adder = await playPart(database, "closer", "adder");
    await adder.say("begin");
    await adder.run("close-windows/lock_hour", [NOON]);
    await applyPlays(stores.openWarehouse(), [
      // In a window of the hour that had no play before.
      { id: 7, at: "2026-01-15T12:45:00Z", userId: 3 },
    ]);
    const published = publishWindows(
      stores.openWindowStore({ name: "reviser" }),
      0,
    );
    await waitUntilBlocked(database.owner, "reviser");
    await rollUp(adder);
    await published;

    expect((await readHours()).users).toEqual([
      ...USERS_OF_NOON,
      [3, 1, 60, 0, 0, 0, 0],
    ]);
    expect(await store.findRollableHours(0)).toContainEqual(NOON);
  });
});

/** What follows once the windows are locked. */
async function rollUp(adder: Part): Promise<void> {
  await adder.run("close-windows/record_roll_up", [NOON]);
  for (const sums of ["content_performance", "location_listeners"])
    await adder.run(`close-windows/roll_up_${sums}`, [NOON, ONE_PM]);
  await adder.say("commit");
}

async function publishAll() {
  await applyPlays(stores.openWarehouse(), PLAYS);
  const store = stores.openWindowStore();
  await store.closeOpenWindows();
  await publishWindows(store, 0);
  return store;
}

/** As if the pipeline had been set up with windows of this size. */
function setSize(size: string) {
  return database.rows(
    "update window_frontiers set window_size = $1 where window_kind = 'minutes'",
    [size],
  );
}

/** Closes the windows of the hour of noon that end until then, and publishes them. */
async function publishUntil(time: string) {
  const store = stores.openWindowStore();
  await database.rows(
    "update window_frontiers set closed_until = $1 where window_kind = 'minutes'",
    [`2026-01-15 ${time}+00`],
  );
  await publishWindows(store, 0);
  return store;
}

async function readRolledUntil(): Promise<unknown[][]> {
  return database.list(
    "select to_char(rolled_until at time zone 'UTC', 'HH24:MI') from hour_rollups where time_window = '2026-01-15 12:00+00'",
  );
}

async function runCheck(): Promise<unknown[]> {
  return database.run(
    loadStatement("validation/checks/hour_rollups_match_windows"),
  );
}

/** What the hour of noon looks like to a dashboard. */
async function readHours() {
  const ofNoon = "time_window = '2026-01-15 12:00:00+00'";
  return {
    users: await database.list(
      `select user_id, stream_count, total_listen_time, skipped_count, liked_count, shared_count, added_to_playlist_count
       from engagement_by_user_hour where ${ofNoon} order by 1`,
    ),
    contents: await database.list(
      `select song_id, stream_count, completed_count, skipped_count, liked_count
       from content_by_hour where ${ofNoon} order by 1`,
    ),
    listeners: await database.list(
      `select location_id, chunk * 2048 + position from location_listeners_by_hour
       cross join generate_series(0, 2047) as position
       where ${ofNoon} and get_bit(listeners, position) = 1 order by 1, 2`,
    ),
    isFinal: (
      await database.list(
        `select distinct is_final from engagement_by_user_hour where ${ofNoon}
         union select distinct is_final from content_by_hour where ${ofNoon}`,
      )
    ).flat(),
  };
}
