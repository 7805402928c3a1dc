import { beforeEach, describe, expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { loadStatement } from "#shared/sql.ts";
import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import { playPart } from "#tests/support/races/play-part.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const NOON = new Date("2026-01-15T12:00:00Z");
const WINDOW = ["2026-01-15T12:00:00Z"] as const;

/** Users 1 and 2 are `free`, user 3 is `premium`, all of them of age 30; user 1 has plays in two windows. */
const PLAYS = [
  { id: 1, isSkipped: true, streamDurationSeconds: 7 },
  { id: 2, isLiked: true, userId: 2 },
  { id: 3, at: "2026-01-15T12:06:00Z", isShared: true },
  { id: 4, at: "2026-01-15T12:07:00Z", userId: 3, isAddedToPlaylist: true },
];
/** Window, subscription, users, plays, seconds, skipped, liked, shared, added. */
const BEFORE = [
  ["12:00", "free", 2, 2, 67, 1, 1, 0, 0],
  ["12:05", "free", 1, 1, 60, 0, 0, 1, 0],
  ["12:05", "premium", 1, 1, 60, 0, 0, 0, 1],
];
/** User 1 has become `premium`. */
const AFTER = [
  ["12:00", "free", 1, 1, 60, 0, 1, 0, 0],
  ["12:00", "premium", 1, 1, 7, 1, 0, 0, 0],
  ["12:05", "premium", 2, 2, 120, 0, 0, 1, 1],
];

beforeEach(async () => {
  await database.rows(`
    update users set age = 30, subscription_type = 'free';
    update users set subscription_type = 'premium' where user_id = 3;
    update user_segment_version set version = 0;
    delete from user_segment_changes`);
});

describe("a user who moves to another segment", () => {
  test("is shown in it at once, with all plays, and the sums follow with a day's patience", async () => {
    const store = await publishAll();
    expect(await readWindows()).toEqual(BEFORE);

    await setSubscription(1, "premium");

    expect(await readWindows()).toEqual(AFTER);
    expect(await readSums()).toEqual(BEFORE);
    expect(await store.findHoursToRegroup()).toEqual([]);
    await haveWaited("23 hours");
    expect(await store.findHoursToRegroup()).toEqual([]);
    await haveWaited("1 hour");
    expect(await store.findHoursToRegroup()).toEqual([NOON]);

    expect(await store.regroupHour(NOON)).toBe(true);

    expect(await store.findHoursToRegroup()).toEqual([]);
    expect(await readWindows()).toEqual(AFTER);
    expect(await readSums()).toEqual(AFTER);
    // Once more changes nothing.
    expect(await store.regroupHour(NOON)).toBe(true);
    expect(await readSums()).toEqual(AFTER);
  });

  test("does not wait where it is one of many", async () => {
    const store = await publishAll();

    for (let user = 1; user <= 20; user += 1)
      await database.rows(
        "insert into user_segment_changes values ($1, 1, 'free', '25-34')",
        [user],
      );
    await database.rows("update user_segment_version set version = 20");

    expect(await store.findHoursToRegroup()).toEqual([NOON]);
  });

  test("has those windows moved first that lack most, however many move meanwhile", async () => {
    const store = stores.openWindowStore();
    // Forty hours, of which the newer lack less.
    await database.rows(`
      insert into user_engagement_segment_versions
      select timestamptz '2026-01-10 00:00+00' + n * interval '1 hour', n from generate_series(0, 39) as n;
      insert into user_segment_changes
      select n, 1, 'free', '25-34' from generate_series(1, 49) as n;
      update user_segment_version set version = 49`);

    const found = await store.findHoursToRegroup();

    // Those that lack 20 of 49 at least.
    expect(found).toHaveLength(30);
    expect(found[0]).toEqual(new Date("2026-01-10T00:00:00Z"));
    expect(found.at(-1)).toEqual(new Date("2026-01-11T05:00:00Z"));
  });

  test("is found by the first of several moves, in windows that were published between them, too", async () => {
    const store = await publishAll();
    await setSubscription(1, "family");
    await applyPlays(stores.openWarehouse(), [
      { id: 9, at: "2026-01-15T12:08:00Z", isLiked: true },
    ]);
    await publishWindows(store, 0);
    await setSubscription(1, "student");
    await setSubscription(1, "premium");

    const after = [
      AFTER[0],
      AFTER[1],
      ["12:05", "premium", 2, 3, 180, 0, 1, 1, 1],
    ];
    expect(await readWindows()).toEqual(after);
    await store.regroupHour(NOON);
    expect(await readWindows()).toEqual(after);
    expect(await readSums()).toEqual(after);
  });

  test("comes back to where it was", async () => {
    const store = await publishAll();
    await setSubscription(1, "premium");
    await setSubscription(1, "free");

    expect(await readWindows()).toEqual(BEFORE);
    await store.regroupHour(NOON);
    expect(await readSums()).toEqual(BEFORE);
  });

  test("is not noted where nothing that groups users has changed", async () => {
    await publishAll();
    await database.rows("update users set age = 31, username = 'other'");

    expect(await database.list("select * from user_segment_changes")).toEqual(
      [],
    );
  });
});

test("plays of an open window are counted by the present segment", async () => {
  await applyPlays(stores.openWarehouse(), PLAYS);
  await setSubscription(1, "premium");

  expect(await readWindows()).toEqual(AFTER);
});

describe("a window that is added up while a user moves", () => {
  test("has the users as they were at the version that it notes", async () => {
    await publishAll();
    const loader = await playPart(database, "ingest", "loader");
    await loader.say("begin");
    await loader.say(
      "update users set subscription_type = 'premium' where user_id = 1",
    );
    const closer = await playPart(database, "closer", "closer");
    await closer.run("close-windows/discard_user_engagement_segments", WINDOW);
    await closer.run("close-windows/sum_user_engagement_segments", WINDOW);
    expect(await readWindows()).toEqual(BEFORE);

    await loader.say("commit");

    expect(await readWindows()).toEqual(AFTER);
  });

  test("keeps what it does not know yet from being given up", async () => {
    const store = await publishAll();
    await database.rows(`
      delete from user_engagement_segments where time_window = '2026-01-15 12:00+00';
      delete from user_engagement_segment_versions where time_window = '2026-01-15 12:00+00'`);
    const closer = await playPart(database, "closer", "closer");
    await closer.say("begin");
    await closer.run("close-windows/lock_segment_changes_shared");
    await closer.run("close-windows/sum_user_engagement_segments", WINDOW);
    await setSubscription(1, "premium");
    // Of what others can see, nothing is older than the change.
    await database.rows(
      "update user_engagement_segment_versions set version = (select version from user_segment_version)",
    );

    expect(await store.discardFollowedChanges()).toBe(false);
    await closer.say("commit");

    expect(await store.discardFollowedChanges()).toBe(false);
    expect(
      await database.list(
        `select subscription_type, active_users, total_listen_time from engagement_by_window
         where time_window = '2026-01-15 12:00+00' order by 1`,
      ),
    ).toEqual([
      ["free", 1, 60],
      ["premium", 1, 7],
    ]);
  });
});

test("an hour is left to the next run where somebody holds one of its windows for long", async () => {
  const store = await publishAll();
  const rebuilder = await playPart(database, "closer", "rebuilder");
  await rebuilder.say("begin");
  await rebuilder.run("close-windows/lock_window", ["minutes", WINDOW[0]]);

  expect(await store.regroupHour(NOON)).toBe(false);
});

test("which segments users have left is kept while one window's sums are older", async () => {
  const store = await publishAll();
  await setSubscription(1, "premium");

  expect(await store.discardFollowedChanges()).toBe(false);
  await store.regroupHour(NOON);
  expect(await store.discardFollowedChanges()).toBe(true);

  expect(await database.list("select * from user_segment_changes")).toEqual([]);
  expect(await readWindows()).toEqual(AFTER);
  expect(await store.discardFollowedChanges()).toBe(false);
});

async function publishAll() {
  await applyPlays(stores.openWarehouse(), PLAYS);
  const store = stores.openWindowStore();
  await store.closeOpenWindows();
  await publishWindows(store, 0);
  return store;
}

function setSubscription(user: number, subscription: string) {
  return database.rows(
    "update users set subscription_type = $2 where user_id = $1",
    [user, subscription],
  );
}

/** As if changes had been noted so much earlier. */
function haveWaited(interval: string) {
  return database.rows(
    `update user_segment_changes set changed_at = changed_at - interval '${interval}'`,
  );
}

const COLUMNS = `to_char(time_window at time zone 'UTC', 'HH24:MI'), subscription_type, active_users, stream_count,
  total_listen_time, skipped_count, liked_count, shared_count, added_to_playlist_count`;

/** What a dashboard reads; the check that compares it with the metric rows agrees. */
async function readWindows() {
  expect(
    await database.run(
      loadStatement("validation/checks/segment_sums_match_windows"),
    ),
  ).toEqual([]);
  return database.list(
    `select ${COLUMNS} from engagement_by_window order by 1, 2`,
  );
}

/** What is stored. */
function readSums() {
  return database.list(
    `select ${COLUMNS} from user_engagement_segments where active_users > 0 order by 1, 2`,
  );
}
