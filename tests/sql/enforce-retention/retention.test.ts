import { afterEach, expect, test } from "vitest";

import { enforceRetention } from "#functions/enforce-retention/enforce-retention.ts";
import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { createRetentionStore } from "#shared/adapters/postgres/retention-store.ts";
import type { RetentionStore } from "#shared/ports/retention-store.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { playPart } from "#tests/support/races/play-part.ts";
import { closeAt } from "#tests/support/rows/close-at.ts";
import {
  makeMicroBatch,
  type RecordTraits,
} from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

/** The plays of the tests are older than that by months. */
const DAY_MS = 86_400_000;
/** Before an hour's border, on it, and in the hour after. */
const PLAYS = [
  { id: 1, at: "2026-01-15T11:59:59.999999Z" },
  { id: 2, at: "2026-01-15T12:00:00Z" },
  { id: 3, at: "2026-01-15T12:30:00Z" },
];

test("facts before the horizon are deleted in steps, their metric rows stay, and their plays are not taken again", async () => {
  await publish([{ id: 9, at: "2026-01-15T10:00:00Z" }, ...PLAYS]);
  const metrics = await listHours();
  await setHorizon("2026-01-15 12:00+00");
  const store = openRetentionStore();

  expect(await store.removeBeforeHorizon("facts", 1)).toBe(1);
  expect(await store.removeBeforeHorizon("facts", 1)).toBe(1);
  expect(await store.removeBeforeHorizon("facts", 1)).toBe(0);

  expect(await listFacts()).toEqual([2, 3]);
  expect(await listHours()).toEqual(metrics);
  const sentAgain = PLAYS.map((play) => ({ ...play, offset: 20 + play.id }));
  expect(await applyAll(sentAgain)).toEqual([
    "older_than_retention",
    "duplicate",
    "duplicate",
  ]);
  await publishWindows(stores.openWindowStore(), 0);
  expect(await listHours()).toEqual(metrics);
});

test("the function moves the horizon to the newest hour that is over and done with, not back, and deletes before it", async () => {
  await publish(PLAYS);
  await enforce(DAY_MS);
  expect(await readHorizon()).toBe("2026-01-15 13:00:00+00");
  expect(await listFacts()).toEqual([]);

  await enforce(10_000 * DAY_MS);

  expect(await readHorizon()).toBe("2026-01-15 13:00:00+00");
});

test("a play is judged before its references are, once it is older than the horizon, and stays a fact while it is one", async () => {
  await applyAll(PLAYS);
  await setHorizon("2026-01-15 12:00+00");
  const old = { at: "2026-01-15T11:00:00Z" };

  expect(
    await applyAll([
      { ...PLAYS[0]!, offset: 49 },
      { ...PLAYS[0]!, userId: 2, offset: 50 },
      { id: 60, ...old },
      { id: 61, ...old, userId: 999 },
      { id: 62, ...old, takenAt: "2026-01-15T10:00:00Z" },
      { id: 63, at: "2026-01-15T12:00:00Z", userId: 999 },
    ]),
  ).toEqual([
    "duplicate",
    "conflicting_duplicate",
    "older_than_retention",
    "older_than_retention",
    "future_timestamp",
    "unknown_reference",
  ]);
});

test.for([
  {
    pending: "open",
    leave: () =>
      closeAt(database.owner, {
        minutes: "2026-01-15T12:30:00Z",
        hours: "2026-01-15T12:00:00Z",
      }),
  },
  {
    pending: "closed and not published",
    leave: () =>
      database.owner.query(
        "insert into window_partials values ('minutes', '2026-01-15 12:30+00', 1)",
      ),
  },
  {
    pending: "to be revised",
    leave: () => markWindow("minutes", "2026-01-15 12:30+00"),
  },
])("the horizon does not pass a window that is $pending", async ({ leave }) => {
  await publish(PLAYS);
  await leave();

  await enforce(DAY_MS);

  expect(await readHorizon()).toBe("2026-01-15 12:00:00+00");
  expect(await listFacts()).toEqual([2, 3]);
});

test("the horizon does not pass a window that somebody is about to revise", async () => {
  await publish(PLAYS);
  await markWindow("minutes", "2026-01-15 12:30+00");
  const reviser = await playPart(database, "closer", "reviser");
  await reviser.say("begin");
  await reviser.run("close-windows/take_revision_marks", [
    "minutes",
    "2026-01-15 12:30+00",
  ]);

  await enforce(DAY_MS);
  expect(await readHorizon()).toBe("2026-01-15 12:00:00+00");
  await reviser.say("commit");

  await enforce(DAY_MS);
  expect(await readHorizon()).toBe("2026-01-15 13:00:00+00");
});

test("a window before the horizon is not computed from what is left of its facts, though somebody has marked it by hand", async () => {
  await publish([{ id: 9, at: "2026-01-15T11:57:00Z" }, ...PLAYS]);
  const metrics = await listHours();
  await setHorizon("2026-01-15 12:00+00");
  await openRetentionStore().removeBeforeHorizon("facts", 1);
  await markWindow("minutes", "2026-01-15 11:55+00");
  await markWindow("hourly", "2026-01-15 11:00+00");

  expect(await publishWindows(stores.openWindowStore(), 0)).toEqual({
    merged: 0,
    recomputed: 0,
    unchanged: 2,
  });

  expect(await listHours()).toEqual(metrics);
  expect(
    await database.list(
      "select stream_count, revision from device_metrics where time_window = '2026-01-15 11:55+00'",
    ),
  ).toEqual([[2, 0]]);
  expect(await database.list("select * from revision_marks")).toEqual([]);
});

test("the horizon lies on the hour where windows are smaller, too", async () => {
  await publish(PLAYS);
  await database.owner.query(
    "update window_frontiers set window_size = '30 minutes', closed_until = '2026-01-15 12:30+00' where window_kind = 'hourly'",
  );

  await enforce(DAY_MS);
  await database.owner.query(
    "update window_frontiers set window_size = '1 hour' where window_kind = 'hourly'",
  );

  expect(await readHorizon()).toBe("2026-01-15 12:00:00+00");
});

test("a fact stays until the letter that was sent again for it knows that it has landed", async () => {
  await publish(PLAYS);
  await database.owner.query(`
    insert into dead_letters (source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason,
      detail, first_seen_at, handler_version, origin, state, event_id)
    select 'stream-events', 0, 99, now(), '\\x00', 'unknown_reference', '', now(), '1', 'o', 'redriven', event_id
    from stream_events where "timestamp" = '2026-01-15 12:00+00'`);

  await enforce(DAY_MS);
  expect(await listFacts()).toEqual([2]);
  await database.owner.query("update dead_letters set state = 'resolved'");
  await enforce(DAY_MS);

  expect(await listFacts()).toEqual([]);
});

test("before the first window has closed the facts' horizon stays where it is", async () => {
  await applyAll(PLAYS);

  await enforce(DAY_MS);

  expect(await readHorizon()).toBe("-infinity");
  expect(await listFacts()).toEqual([1, 2, 3]);
});

test("the horizon waits for a micro-batch that holds the frontiers", async () => {
  await publish(PLAYS);
  const microBatch = await playPart(database, "ingest", "micro-batch");
  await microBatch.say("begin");
  await microBatch.run("aggregate-micro-batch/lock_frontiers_shared");
  const store = openRetentionStore();

  expect(await store.advanceHorizon("facts", DAY_MS)).toBe(false);
  expect(await readHorizon()).toBe("-infinity");
  await microBatch.say("commit");

  expect(await store.advanceHorizon("facts", DAY_MS)).toBe(true);
  expect(await readHorizon()).toBe("2026-01-15 13:00:00+00");
});

test("a play that the horizon passes after it was judged is judged again, and becomes no fact", async () => {
  await publish(PLAYS);
  const store = openRetentionStore();
  const published: string[][] = [];

  const outcomes = await stores.openWarehouse().applyMicroBatch(
    makeMicroBatch([
      { id: 20, at: "2026-01-15T12:10:00Z" },
      { id: 21, userId: 999, at: "2026-01-15T13:10:00Z" },
    ]),
    // Letters leave after the judgement and before the lock.
    async (rejections) => {
      published.push(rejections.map(({ reason }) => reason));
      await store.advanceHorizon("facts", DAY_MS);
    },
  );

  expect(nameOutcomes(outcomes)).toEqual([
    "older_than_retention",
    "unknown_reference",
  ]);
  expect(published).toEqual([
    ["unknown_reference"],
    ["older_than_retention", "unknown_reference"],
  ]);
  expect(await listFacts()).toEqual([1, 2, 3]);
});

test("of dead letters only those that are settled go", async () => {
  await database.owner.query(`
    insert into dead_letters (source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason,
      detail, first_seen_at, handler_version, origin, state, settled_at, stored_at)
    select 'stream-events', 0, n, now(), '\\x00', 'malformed_json', '', now(), '1', 'o', state, settled_at,
      now() - interval '9 days'
    from unnest(
      array[1, 2, 3, 4, 5],
      array['waiting', 'redriven', 'resolved', 'buried', 'buried'],
      array[null, null, now() - interval '9 days', null, now()]) as t (n, state, settled_at)`);

  await enforce(3 * DAY_MS, "dead_letters");

  expect(
    await database.list("select source_offset from dead_letters order by 1"),
  ).toEqual([[1], [2], [5]]);
});

test("of the ledger the newest incarnation of a topic stays, however old", async () => {
  await database.owner.query(`
    insert into partition_ledger (topic, partition, incarnation) values ('stream-events', 0, 2);
    update partition_ledger set handled_at = now() - interval '9 days' where topic = 'stream-events'`);

  await enforce(3 * DAY_MS, "ledger");

  expect(
    await database.list(
      "select partition, incarnation from partition_ledger where topic = 'stream-events' and partition < 2 order by 1, 2",
    ),
  ).toEqual([
    [0, 2],
    [1, 1],
  ]);
  await database.owner.query(`
    update partition_ledger set incarnation = 1 where topic = 'stream-events' and incarnation = 2`);
});

test("old changes of metric rows and old counts of late plays go, the rows keep their revision", async () => {
  await publish([{ id: 1 }]);
  await publish([{ id: 2 }]);
  await database.owner.query(
    "update metric_revisions set changed_at = now() - interval '9 days'",
  );
  await publish([{ id: 3 }]);

  await enforce(3 * DAY_MS, "revisions");

  expect(
    await database.list(
      "select h.revision, m.revision from hourly_metrics m join metric_revisions h using (time_window) where h.metric_table = 'hourly_metrics'",
    ),
  ).toEqual([[2, 2]]);
  expect(await database.list("select * from late_plays")).toEqual([]);
});

function openRetentionStore(): RetentionStore {
  const store = createRetentionStore({
    databaseUrl: database.url("closer"),
    applicationName: "test",
    transactionTimeoutMs: 30_000,
  });
  opened.push(store);
  return store;
}

async function enforce(
  retentionMs: number,
  kept: "facts" | "ledger" | "dead_letters" | "revisions" = "facts",
): Promise<void> {
  await enforceRetention({
    store: openRetentionStore(),
    retentionMs: { [kept]: retentionMs },
  })({}, { getRemainingTimeInMillis: () => 60_000 });
}

/** Applies plays, good or bad, and names the outcome of each. */
async function applyAll(plays: readonly RecordTraits[]): Promise<string[]> {
  return nameOutcomes(
    await stores
      .openWarehouse()
      .applyMicroBatch(makeMicroBatch(plays), () => Promise.resolve()),
  );
}

/** Applies plays, closes their windows where they are open, and publishes or revises these. */
async function publish(plays: readonly RecordTraits[]): Promise<void> {
  const store = stores.openWindowStore();
  await applyPlays(stores.openWarehouse(), plays);
  await store.closeOpenWindows();
  // The frontier of the minutes ends with the newest play; the watermark would have moved on.
  await closeAt(database.owner, {
    minutes: "2026-01-15T13:00:00Z",
    hours: "2026-01-15T13:00:00Z",
  });
  await publishWindows(store, 0);
}

async function markWindow(kind: string, start: string): Promise<void> {
  await database.owner.query(
    "insert into revision_marks (window_kind, window_start, late_count) values ($1, $2, 1)",
    [kind, start],
  );
}

async function setHorizon(horizon: string): Promise<void> {
  await database.owner.query(
    "update retention_horizons set horizon = $1 where kept = 'facts'",
    [horizon],
  );
}

async function readHorizon(): Promise<unknown> {
  const [[horizon] = []] = await database.list(
    "select horizon from retention_horizons where kept = 'facts'",
  );
  return horizon;
}

async function listFacts(): Promise<unknown[]> {
  const rows = await database.list(
    "select right(event_id::text, 12)::integer from stream_events order by 1",
  );
  return rows.flat();
}

function listHours(): Promise<unknown[][]> {
  return database.list(
    "select time_window, stream_count, revision, updated_at from hourly_metrics order by 1",
  );
}
