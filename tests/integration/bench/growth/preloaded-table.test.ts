import { beforeEach, describe, expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import {
  keepCounts,
  listWrongWindows,
} from "#tests/bench/growth/count-windows.ts";
import { preloadFacts } from "#tests/bench/growth/preload-facts.ts";
import { publishBefore } from "#tests/bench/growth/publish-before.ts";
import { ID_ORDERS, type IdOrder } from "#tests/bench/shape-play.ts";
import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import { NOON } from "#tests/support/rows/make-play.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const FACTS = 1000;
/** One in a window that is open, one that comes late for the time of the preloaded facts. */
const PLAYS = [
  { id: 1, partition: 0, offset: 0 },
  { id: 2, partition: 0, offset: 1, at: "2026-01-13T08:01:00Z" },
];

beforeEach(async () => {
  // Rows that were only deleted leave room, which autovacuum offers again in an order of its own.
  await database.rows(
    "drop table if exists facts_before; truncate stream_events",
  );
});

describe.for(ID_ORDERS)("a table preloaded with %s ids", (ids) => {
  test("has its facts in the order of their time, up to the backlog, each with what it refers to", async () => {
    await preload(ids);

    expect(
      await database.list(
        `select count(*), bool_and(f."timestamp" < '${NOON}'), bool_and(is_next)
         from (
           select e.*, e."timestamp" > lag(e."timestamp", 1, '-infinity') over (order by ctid) as is_next
           from (select ctid, * from stream_events) e
         ) f
         join users using (user_id) join songs using (song_id) join artists a using (artist_id)
         join albums b using (album_id) join devices using (device_id) join locations using (location_id)`,
      ),
    ).toEqual([[FACTS, true, true]]);
  });

  test("has ids of that order, the key again, and refuses orphans again", async () => {
    await preload(ids);

    const [[isOrdered, version] = []] = await database.list(
      `select array_agg(event_id order by event_id) = array_agg(event_id order by "timestamp"),
         min(uuid_extract_version(event_id)) from stream_events`,
    );
    expect([isOrdered, version]).toEqual(
      ids === "random" ? [false, 4] : [true, 7],
    );
    const insert = `insert into stream_events select gen_random_uuid(), "timestamp", 999, song_id, artist_id, album_id,
      device_id, location_id, 1, true, true, true, true, true from stream_events limit 1`;
    await expect(database.rows(insert)).rejects.toThrow(
      "refers to users 999, which does not exist",
    );
    await expect(
      database.rows(
        "insert into stream_events select * from stream_events limit 1",
      ),
    ).rejects.toThrow("stream_events_pkey");
  });
});

describe("the windows of a drained backlog", () => {
  test("are right when each has all its facts, those from before included", async () => {
    await workOff();

    expect(await listWrong()).toEqual([]);
    expect(
      await database.list("select sum(late_count) from partition_ledger"),
    ).toEqual([[1]]);
  });

  test("are right when those that plays come late for were published before, and these revise them", async () => {
    await workOff({ publishes: true });

    expect(await listWrong()).toEqual([]);
    expect(
      await database.list(
        "select count(*), max(revision) from hourly_metrics where time_window >= '2026-01-12 12:00:00+00'",
      ),
    ).toEqual([[73, 1]]);
  });

  test("are wrong where a play is missing, a window not published, or counted otherwise", async () => {
    await workOff();
    await database.rows(
      "delete from device_metrics where time_window = '2026-01-13 08:00:00+00'",
    );
    await database.rows(
      `update hourly_metrics set stream_count = stream_count + 1 where time_window = '${NOON}'`,
    );

    expect(await listWrong(3)).toEqual([
      "stream_events counts 1002 facts, expected 1000 and 3 more",
      "device_metrics counts 0 plays in the window of 2026-01-13T08:00Z, expected 1",
      "hourly_metrics counts 2 plays in the window of 2026-01-15T12:00Z, expected 1",
    ]);
  });

  test("are wrong where nothing was published at all", async () => {
    await preload("random");
    await applyPlays(stores.openWarehouse(), PLAYS);

    expect(await listWrong()).toHaveLength(10);
  });
});

async function preload(
  ids: IdOrder,
  { publishes = false }: { readonly publishes?: boolean } = {},
): Promise<void> {
  const [owner, closer] = [database.url("owner"), database.url("closer")];
  await preloadFacts(
    owner,
    { facts: FACTS, ids, until: NOON },
    () => undefined,
  );
  if (publishes) await publishBefore({ owner, closer }, NOON);
  await keepCounts(owner);
}

async function workOff(
  before: { readonly publishes?: boolean } = {},
): Promise<void> {
  await preload("time-ordered", before);
  await applyPlays(stores.openWarehouse(), PLAYS);
  const store = stores.openWindowStore();
  await store.closeOpenWindows();
  await publishWindows(store, 0);
}

const listWrong = (plays = PLAYS.length): Promise<string[]> =>
  listWrongWindows(database.url("owner"), { facts: FACTS, plays });
