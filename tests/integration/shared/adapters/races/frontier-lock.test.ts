import { beforeEach, describe, expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { loadStatement } from "#shared/sql.ts";
import { applyAndListLetters } from "#tests/support/races/apply-and-list-letters.ts";
import { countStreams, allCount } from "#tests/support/races/count-streams.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { playPart, type Part } from "#tests/support/races/play-part.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import {
  storeDoubtful,
  transactionOver,
} from "#tests/support/rows/insert-facts.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const TOPIC = "stream-events";
const load = (name: string) =>
  loadStatement(`queries/aggregate-micro-batch/${name}`).text;
const LOCK = load("lock_frontiers_shared");
const READ = load("read_bounds");
const READ_WITH_LOCK = READ.replace(
  "from\n  window_frontiers",
  "from (select pg_advisory_xact_lock_shared(1, 0) offset 0) held cross join window_frontiers",
);
const PLAY = { id: 2, partition: 1 };
const WINDOW = ["minutes", "2026-01-15T12:00:00Z"] as const;

/** The frontiers are looked at again in the statement that takes the lock: they are those of a snapshot from before. */
const ONE_STATEMENT = (microBatch: Part) => {
  let readings = 0;
  return storeDoubtful(
    microBatch.client,
    [PLAY],
    [],
    transactionOver(microBatch.client, (text) => {
      if (text === LOCK) return "select";
      if (text !== READ) return text;
      readings += 1;
      return readings === 1 ? text : READ_WITH_LOCK;
    }),
  );
};

// The watermark has reached the end of the window and of its hour.
beforeEach(() =>
  database.rows(
    "update topic_watermarks set watermark = '2026-01-15 13:00:00+00' where topic = $1",
    [TOPIC],
  ),
);

describe("a micro-batch that waits for the closer's lock", () => {
  test("looks at the frontiers after it, begins again, and its play is revised into the window", async () => {
    await applyPlays(stores.openWarehouse(), [{ id: 1 }]);
    const closer = await playPart(database, "closer", "closer");
    const name = "micro-batch";
    const warehouse = stores.openWarehouse({ name });

    await closer.say("begin");
    await closer.run("close-windows/lock_frontiers_exclusive");
    await closer.run("close-windows/advance_frontiers", [TOPIC]);
    const applying = applyPlays(warehouse, [{ id: 2, partition: 1 }]);
    await Promise.race([applying, waitUntilBlocked(database.owner, name)]);
    await closer.say("commit");

    expect(nameOutcomes(await applying)).toEqual(["late"]);
    await publishWindows(stores.openWindowStore(), 0);
    expect(await countStreams(database)).toEqual(allCount(2));
  });

  test("begins again as often as one of its windows closes meanwhile", async () => {
    const warehouse = stores.openWarehouse({ name: "micro-batch" });
    const minutes = ["00", "05", "10", "15", "20", "25"];
    let closer = await holdFrontiersAs("closer 0");
    const applying = applyPlays(
      warehouse,
      minutes.map((minute, id) => ({
        id,
        at: `2026-01-15T12:${minute}:00Z`,
      })),
    );
    await waitUntilBlocked(database.owner, "micro-batch");

    for (const minute of ["05", "10", "15"]) {
      // It waits behind the micro-batch, which comes back behind it.
      const next = holdFrontiersAs(`closer ${minute}`);
      await waitUntilBlocked(database.owner, `closer ${minute}`);
      await closer.say(
        `update window_frontiers set closed_until = '2026-01-15 12:${minute}:00Z' where window_kind = 'minutes'; commit`,
      );
      closer = await next;
      await waitUntilBlocked(database.owner, "micro-batch");
    }
    await closer.say("commit");

    const outcomes = nameOutcomes(await applying);
    expect(outcomes.filter((outcome) => outcome === "late")).toHaveLength(3);
    const store = stores.openWindowStore();
    await store.closeOpenWindows();
    await publishWindows(store, 0);
    expect(await countStreams(database)).toEqual(allCount(minutes.length));
  });

  test("judges its plays anew where the retention horizon has passed them meanwhile", async () => {
    const warehouse = stores.openWarehouse({ name: "micro-batch" });
    const closer = await holdFrontiersAs("closer");
    const applying = applyAndListLetters(warehouse, [
      { id: 1, at: "2026-01-15T11:59:59.999999Z" },
      { id: 2, at: "2026-01-15T12:00:00Z" },
    ]);
    await waitUntilBlocked(database.owner, "micro-batch");

    await closer.say(
      "update retention_horizons set horizon = '2026-01-15 12:00:00Z' where kept = 'facts'; commit",
    );

    expect(await applying).toEqual({
      outcomes: ["older_than_retention", "accepted"],
      letters: ["1 older_than_retention"],
    });
  });

  test("would lose its play if it looked at the frontiers in the statement that waits", async () => {
    expect(READ_WITH_LOCK).not.toBe(READ);
    await closeAroundMicroBatch(ONE_STATEMENT);

    expect(await database.list("select count(*) from stream_events")).toEqual([
      [2],
    ]);
    expect(await countStreams(database)).toMatchObject({ users: 1, songs: 1 });
  });
});

describe("a micro-batch between its lock and its commit", () => {
  test("keeps the closer out, which tries again later; its play is in the first publication", async () => {
    const microBatch = await playPart(database, "ingest", "micro-batch");
    const store = stores.openWindowStore({ name: "closer" });
    await storeDoubtful(microBatch.client, [{ id: 1 }]);

    expect(await store.advanceFrontiers()).toBe(false);
    await microBatch.say("commit");
    expect(await store.advanceFrontiers()).toBe(true);
    const published = await publishWindows(store, 0);

    expect(published).toMatchObject({ merged: 2, recomputed: 0 });
    expect(await countStreams(database)).toEqual(allCount(1));
  });

  test("does not wait for another micro-batch", async () => {
    const microBatch = await playPart(database, "ingest", "micro-batch");
    await storeDoubtful(microBatch.client, [PLAY]);

    await applyPlays(stores.openWarehouse(), [{ id: 1 }]);

    await microBatch.say("commit");
    expect(await database.list("select count(*) from stream_events")).toEqual([
      [2],
    ]);
  });
});

/** Has the frontiers' lock for its own, once it is free. */
async function holdFrontiersAs(name: string): Promise<Part> {
  const part = await playPart(database, "owner", name);
  await part.say("begin; select pg_advisory_xact_lock(1, 0)");
  return part;
}

/** The worst moments: the lock is awaited while the frontiers move, the commit falls into the publication. */
async function closeAroundMicroBatch(
  insert: (microBatch: Part) => Promise<unknown>,
): Promise<void> {
  await applyPlays(stores.openWarehouse(), [{ id: 1 }]);
  const closer = await playPart(database, "closer", "closer");
  const microBatch = await playPart(database, "ingest", "micro-batch");
  const store = stores.openWindowStore();

  await closer.say("begin");
  await closer.run("close-windows/lock_frontiers_exclusive");
  await closer.run("close-windows/advance_frontiers", [TOPIC]);
  const inserting = insert(microBatch);
  await Promise.race([
    inserting,
    waitUntilBlocked(database.owner, microBatch.name),
  ]);
  await closer.say("commit");
  await inserting;

  await closer.say("begin");
  await closer.run("close-windows/lock_window", WINDOW);
  await closer.run("close-windows/take_revision_marks", WINDOW);
  for (const metric of [
    "user_engagement",
    "content_performance",
    "device",
    "location",
  ])
    await closer.run(`close-windows/merge_${metric}`, [WINDOW[1]]);
  await microBatch.say("commit");
  await closer.run("close-windows/discard_window_partials", WINDOW);
  await closer.run("close-windows/record_publication", WINDOW);
  await closer.say("commit");
  await publishWindows(store, 0);
}
