import { describe, expect, onTestFinished, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { allCount, countStreams } from "#tests/support/races/count-streams.ts";
import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import { type Part, playPart } from "#tests/support/races/play-part.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const FIRST_WINDOW = ["minutes", "2026-01-15T12:00:00Z"] as const;

const MINUTES_METRICS = [
  "user_engagement",
  "content_performance",
  "device",
  "location",
];

/** One play in each of the twelve windows of an hour. */
const HOUR = Array.from({ length: 12 }, (_, index) => ({
  id: index + 1,
  at: `2026-01-15T12:${String(index * 5).padStart(2, "0")}:00Z`,
}));

describe("two closers at once", () => {
  test("publish every window once", async () => {
    await applyPlays(stores.openWarehouse(), HOUR);
    const [one, two] = [stores.openWindowStore(), stores.openWindowStore()];

    await Promise.all([one.closeOpenWindows(), two.closeOpenWindows()]);
    const published = await Promise.all([
      publishWindows(one, 0),
      publishWindows(two, 0),
    ]);

    expect(published[0].merged + published[1].merged).toBe(13);
    expect(published[0].recomputed + published[1].recomputed).toBe(0);
    expect(await countStreams(database)).toEqual(allCount(12));
    expect(
      await database.list(
        "select distinct revision from window_publications union all select distinct revision from user_engagement_metrics",
      ),
    ).toEqual([[0], [0]]);
  });

  test("leave a publication that is no older than its rows, although the last one began first", async () => {
    const warehouse = stores.openWarehouse();
    const store = stores.openWindowStore();
    await applyPlays(warehouse, [{ id: 1 }]);
    await store.closeOpenWindows();
    await publishWindows(store, 0);
    const slow = await playPart(database, "closer", "slow closer");
    await slow.say("begin; select now()");
    await applyPlays(warehouse, [{ id: 2 }]);
    await publishWindows(store, 0);
    await applyPlays(warehouse, [{ id: 3, userId: 2 }]);

    await slow.run("close-windows/lock_window", FIRST_WINDOW);
    await slow.run("close-windows/take_revision_marks", FIRST_WINDOW);
    for (const metric of MINUTES_METRICS)
      await slow.run(`close-windows/recompute_${metric}`, [
        FIRST_WINDOW[1],
        "2026-01-15T12:05:00Z",
      ]);
    await slow.run("close-windows/record_publication", FIRST_WINDOW);
    await slow.say("commit");

    expect(
      await database.list(
        `select p.revision, p.revised_at >= max(m.updated_at)
         from window_publications p join user_engagement_metrics m on m.time_window = p.window_start
         where p.window_kind = 'minutes' group by p.revision, p.revised_at`,
      ),
    ).toEqual([[2, true]]);
  });

  test("wait for each other at a window, and the second finds nothing to do", async () => {
    await applyPlays(stores.openWarehouse(), HOUR.slice(0, 1));
    const store = stores.openWindowStore({ name: "second closer" });
    await store.closeOpenWindows();
    const [hour, window] = await store.findPublishableWindows(0);
    const first = await playPart(database, "closer", "first closer");
    await first.say("begin");
    await first.run("close-windows/lock_window", FIRST_WINDOW);

    expect(hour?.kind).toBe("hourly");
    expect(window?.kind).toBe("minutes");
    if (window === undefined) throw new Error("no window is due");
    const publishing = store.publishWindow(window);
    await Promise.race([
      publishing,
      waitUntilBlocked(database.owner, "second closer"),
    ]);
    await publishAs(first);
    await first.say("commit");

    expect(await publishing).toBe("unchanged");
    expect(await countStreams(database)).toMatchObject({ users: 1 });
  });

  test("of which one folds while the other publishes count every play once", async () => {
    const warehouse = stores.openWarehouse();
    for (const id of [1, 2, 3, 4]) await applyPlays(warehouse, [{ id }]);
    const [folding, publishing] = [
      stores.openWindowStore(),
      stores.openWindowStore(),
    ];
    // Found while they were open, folded after they have closed.
    const foldable = await folding.findFoldableWindows({ filling: 2, full: 2 });
    expect(foldable).toHaveLength(2);
    await publishing.closeOpenWindows();

    await Promise.all([
      (async () => {
        for (const window of foldable) await folding.foldWindow(window);
      })(),
      publishWindows(publishing, 0),
    ]);

    expect(await countStreams(database)).toEqual(allCount(4));
  });

  test("are one at a time where they ask to be", async () => {
    const [one, two] = [stores.openWindowStore(), stores.openWindowStore()];
    const seen: unknown[] = [];

    const isFirst = await one.oneAtATime(async () => {
      seen.push(
        await two.oneAtATime(async () => {
          seen.push("both at once");
        }),
      );
    });

    expect([isFirst, ...seen]).toEqual([true, false]);
    expect(await two.oneAtATime(async () => undefined)).toBe(true);
  });

  test("tell the work's own error, also where the lock cannot be given back", async () => {
    const store = stores.openWindowStore({ name: "failing closer" });
    const killer = await playPart(database, "closer", "killer");
    onTestFinished(() => limitConnections(-1));

    const closing = store.oneAtATime(async () => {
      await limitConnections(0);
      await kill("failing closer", killer);
      throw new Error("the work's own error");
    });

    await expect(closing).rejects.toThrow("the work's own error");
  });
});

describe("a closer that is killed", () => {
  test("between frontier and publication leaves windows that the next one publishes", async () => {
    await applyPlays(stores.openWarehouse(), HOUR);
    await stores.openWindowStore().closeOpenWindows();
    const killed = await playPart(database, "closer", "killed closer");
    await killed.say("begin");
    await killed.run("close-windows/lock_window", FIRST_WINDOW);
    await publishAs(killed);
    const { rowCount } = await killed.client.query(
      "select from user_engagement_metrics",
    );

    await kill("killed closer");
    const published = await publishWindows(stores.openWindowStore(), 0);

    expect(rowCount).toBe(1);
    expect(published).toMatchObject({ merged: 13, recomputed: 0 });
    expect(await countStreams(database)).toEqual(allCount(12));
  });

  test("before it moved the frontiers has closed nothing, and keeps nobody out", async () => {
    await applyPlays(stores.openWarehouse(), HOUR);
    const killed = await playPart(database, "closer", "killed closer");
    await killed.say("begin");
    await killed.run("close-windows/lock_frontiers_exclusive");
    await killed.run("close-windows/close_open_windows");

    await kill("killed closer");
    await applyPlays(stores.openWarehouse(), [{ id: 99 }]);

    expect(
      await database.list("select distinct closed_until from window_frontiers"),
    ).toEqual([["-infinity"]]);
  });

  test("in the middle of a closing gives back its turn", async () => {
    const killed = await playPart(database, "closer", "killed closer");
    await killed.run("close-windows/try_lock_closing");
    const store = stores.openWindowStore();
    const before = await store.oneAtATime(async () => undefined);

    await kill("killed closer");

    expect(before).toBe(false);
    expect(await store.oneAtATime(async () => undefined)).toBe(true);
  });
});

/** What the window store does for a first publication of the minutes from 12:00. */
async function publishAs(part: Part): Promise<void> {
  await part.run("close-windows/take_revision_marks", FIRST_WINDOW);
  for (const metric of [
    "user_engagement",
    "content_performance",
    "device",
    "location",
  ])
    await part.run(`close-windows/merge_${metric}`, [FIRST_WINDOW[1]]);
  await part.run("close-windows/discard_window_partials", FIRST_WINDOW);
  await part.run("close-windows/record_publication", FIRST_WINDOW);
}

/** How many connections the database takes from anyone but a superuser; -1 for any number. */
async function limitConnections(limit: number): Promise<void> {
  await database.owner.query(
    `do $$ begin execute format('alter database %I connection limit ${limit}', current_database()); end $$`,
  );
}

/** Ends a backend from outside, as the role that owns it may, and waits until it is gone. */
async function kill(application: string, killer?: Part): Promise<void> {
  const { client } = killer ?? (await playPart(database, "closer", "killer"));
  const { rows } = await client.query<{ is_killed: boolean }>(
    "select pg_terminate_backend(pid, 10000) as is_killed from pg_stat_activity where application_name = $1",
    [application],
  );
  expect(rows).toEqual([{ is_killed: true }]);
}
