import { describe, expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { allCount, countStreams } from "#tests/support/races/count-streams.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { playPart } from "#tests/support/races/play-part.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import { METRICS, selectMetric } from "#tests/support/rows/metric-tables.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

/** Forty plays of two partitions and three windows. */
const PLAYS: readonly RecordTraits[] = Array.from(
  { length: 40 },
  (_, index) => ({
    id: index + 1,
    partition: index % 2,
    offset: index >> 1,
    at: `2026-01-15T12:${String((index * 7) % 15).padStart(2, "0")}:00Z`,
    userId: 1 + (index % 3),
    songId: 1 + (index % 7),
    isLiked: index % 5 === 0,
  }),
);

describe("redelivery changes neither tables nor counts", () => {
  test.for([
    ["whole", [PLAYS]],
    ["split", [PLAYS.slice(0, 13), PLAYS.slice(13)]],
    ["record by record", PLAYS.map((play) => [play])],
    [
      "with other borders that overlap",
      [PLAYS.slice(0, 25), PLAYS.slice(15, 35), PLAYS.slice(30)],
    ],
    ["backwards", [PLAYS.toReversed()]],
    ["with every record twice", [PLAYS.flatMap((play) => [play, play])]],
  ] as const)("%s", async ([, deliveries]) => {
    const warehouse = stores.openWarehouse();
    await applyPlays(warehouse, PLAYS);
    const before = await readState();

    for (const delivery of deliveries) {
      const outcomes = await applyPlays(warehouse, delivery);
      expect(new Set(nameOutcomes(outcomes))).toEqual(new Set(["duplicate"]));
    }

    expect(await readState()).toEqual(before);
    expect(await readCounts()).toEqual({
      accepted: 40,
      duplicate: 0,
      redelivered: deliveries.flat().length,
    });
  });

  test("to two invocations at once", async () => {
    const [one, two] = [stores.openWarehouse(), stores.openWarehouse()];

    await Promise.all([applyPlays(one, PLAYS), applyPlays(two, PLAYS)]);

    expect(await readCounts()).toEqual({
      accepted: 40,
      duplicate: 0,
      redelivered: 40,
    });
    await closeAndPublish();
    expect(await countStreams(database)).toEqual(allCount(40));
  });

  test("after the windows have closed", async () => {
    await applyPlays(stores.openWarehouse(), PLAYS);
    await closeAndPublish();
    const published = await readMetrics();

    await applyPlays(stores.openWarehouse(), PLAYS);
    await closeAndPublish();

    expect(await readMetrics()).toEqual(published);
    expect(await database.list("select from revision_marks")).toEqual([]);
    expect(
      await database.list("select distinct revision from window_publications"),
    ).toEqual([[0]]);
  });
});

test("a play is the same fact on another offset: a producer's duplicate, not a redelivery", async () => {
  const warehouse = stores.openWarehouse();
  await applyPlays(warehouse, PLAYS);

  await applyPlays(warehouse, [{ ...PLAYS[0], id: 1, offset: 20 }]);

  expect(await readCounts()).toEqual({
    accepted: 40,
    duplicate: 1,
    redelivered: 0,
  });
});

describe("offsets that start again", () => {
  const YESTERDAY = "2026-01-14T12:00:00Z";
  const TODAY = "2026-01-15T12:30:00Z";

  test("are a new incarnation of the topic, whose plays are all processed", async () => {
    const warehouse = stores.openWarehouse();
    await applyPlays(warehouse, [
      { id: 1, offset: 0, at: YESTERDAY, takenAt: YESTERDAY },
      { id: 2, offset: 1, at: YESTERDAY, takenAt: YESTERDAY },
    ]);

    const outcomes = await applyPlays(warehouse, [
      { id: 3, offset: 0, takenAt: TODAY },
      { id: 4, offset: 1, takenAt: TODAY },
      { id: 2, offset: 2, at: YESTERDAY, takenAt: TODAY },
    ]);

    expect(nameOutcomes(outcomes)).toEqual([
      "accepted",
      "accepted",
      "duplicate",
    ]);
    expect(await readLedger()).toEqual([
      [1, "{[0,2)}", 2, 0, 0],
      [2, "{[0,3)}", 2, 1, 0],
    ]);
  });

  test("are counted once where the first micro-batch of the new incarnation is delivered twice at once", async () => {
    await applyPlays(stores.openWarehouse(), [
      { id: 1, offset: 0, at: YESTERDAY, takenAt: YESTERDAY },
    ]);
    const anew = [{ id: 2, offset: 0, takenAt: TODAY }];
    const holder = await playPart(database, "ingest", "holder");
    await holder.say("begin");
    await holder.run("ledger/lock_partitions", [STREAM_EVENTS_TOPIC, [0]]);

    const deliveries = ["first delivery", "second delivery"].map((name) =>
      applyPlays(stores.openWarehouse({ name }), anew),
    );
    await waitUntilBlocked(database.owner, "first delivery");
    await waitUntilBlocked(database.owner, "second delivery");
    await holder.say("commit");
    await Promise.all(deliveries);

    expect(await readLedger()).toEqual([
      [1, "{[0,1)}", 1, 0, 0],
      [2, "{[0,1)}", 1, 0, 1],
    ]);
  });

  test("are no new incarnation where the same records come again", async () => {
    const warehouse = stores.openWarehouse();
    const records = [
      { id: 1, offset: 0, takenAt: TODAY },
      { id: 2, offset: 1, takenAt: TODAY },
    ];
    await applyPlays(warehouse, records);

    await applyPlays(warehouse, [
      ...records,
      { id: 3, offset: 2, takenAt: "2026-01-15T12:31:00Z" },
    ]);

    expect(await readLedger()).toEqual([[1, "{[0,3)}", 3, 0, 2]]);
  });
});

async function readState(): Promise<unknown> {
  return [
    await database.list("select * from stream_events order by event_id"),
    await database.list("select * from window_partials order by 1, 2"),
    await database.list("select * from hourly_partials order by 1"),
    await database.list("select * from user_engagement_partials order by 1, 2"),
  ];
}

async function readMetrics(): Promise<unknown> {
  const tables: unknown[] = [];
  for (const metric of METRICS)
    tables.push(await database.list(selectMetric(metric)));
  return tables;
}

async function readCounts(): Promise<unknown> {
  const [row] = await database.rows(
    `select sum(accepted_count) as accepted, sum(duplicate_count) as duplicate, sum(redelivered_count) as redelivered
     from partition_ledger where topic = 'stream-events'`,
  );
  return row;
}

function readLedger() {
  return database.list(
    `select incarnation, handled_offsets::text, accepted_count, duplicate_count, redelivered_count
     from partition_ledger where topic = 'stream-events' and partition = 0 order by 1`,
  );
}

async function closeAndPublish(): Promise<void> {
  const store = stores.openWindowStore();
  await store.closeOpenWindows();
  await publishWindows(store, 0);
}
