import { beforeEach, describe, expect, test } from "vitest";

import type { DashboardStore } from "#shared/ports/dashboard-store.ts";
import { useDashboards } from "#tests/support/dashboards/use-dashboard-store.ts";
import { insertLetters } from "#tests/support/rows/insert-letters.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const dashboards = useDashboards(database);
let store: DashboardStore;

beforeEach(async () => {
  store = dashboards.open();
  await database.rows(`
    insert into partition_ledger (topic, partition) values ('stream-events', 0), ('stream-events', 1) on conflict do nothing;
    insert into window_publications (window_kind, window_start)
    values ('minutes', '2026-01-15 12:00+00'), ('minutes', '2026-01-10 12:00+00')`);
});

const readState = () =>
  store.readState({
    fromMs: Date.parse("2026-01-15T00:00:00Z"),
    untilMs: Date.parse("2026-01-16T00:00:00Z"),
  });
const readFingerprint = async () => (await readState()).fingerprint;
const PUBLISHED_AT = "where window_kind = 'minutes' and window_start";

const handle = (partition: number) =>
  `update partition_ledger set handled_at = clock_timestamp() where topic = 'stream-events' and partition = ${partition}`;

describe("the fingerprint of a period", () => {
  test("stays as long as nothing happens", async () => {
    expect(await readFingerprint()).toBe(await readFingerprint());
  });

  test.for([
    [
      "a record is handled",
      "update partition_ledger set handled_at = clock_timestamp() where partition = 1",
    ],
    [
      "a partition is new",
      "insert into partition_ledger (topic, partition) values ('stream-events', 99)",
    ],
    [
      "a frontier moves",
      "update window_frontiers set closed_until = '2026-01-15 12:05+00' where window_kind = 'minutes'",
    ],
    [
      "a window is published",
      "insert into window_publications (window_kind, window_start) values ('minutes', '2026-01-15 12:05+00')",
    ],
    [
      "a window is revised",
      `update window_publications set revision = 1 ${PUBLISHED_AT} = '2026-01-15 12:00+00'`,
    ],
  ] as const)("differs when %s", async ([, change]) => {
    const before = await readFingerprint();
    await database.rows(change);
    const after = await readFingerprint();
    await database.rows("delete from partition_ledger where partition = 99");

    expect(after).not.toBe(before);
  });

  test("stays when a window of another period is revised", async () => {
    const before = await readFingerprint();

    await database.rows(
      `update window_publications set revision = 1 ${PUBLISHED_AT} = '2026-01-10 12:00+00'`,
    );

    expect(await readFingerprint()).toBe(before);
  });

  // A maximum of times would have been read with the later one already.
  test("differs when a transaction ends that began before another one", async () => {
    const [first, second] = await Promise.all([
      database.connect("owner"),
      database.connect("owner"),
    ]);
    await first.query(`begin; ${handle(0)}`);
    await second.query(handle(1));
    const before = await readFingerprint();
    await first.query("commit");

    expect(await readFingerprint()).not.toBe(before);
  });
});

describe("the pipeline's fingerprint", () => {
  test.for([
    ["a letter comes", () => insertLetters(database.owner, [{ offset: 2 }])],
    [
      "a letter is settled",
      () =>
        database.rows(
          "update dead_letters set state = 'buried', settled_at = now()",
        ),
    ],
    [
      "a letter is due",
      () => database.rows("update dead_letters set due_at = now()"),
    ],
    [
      "a window is to be revised",
      () =>
        database.rows(
          "insert into revision_marks (window_kind, window_start, late_count) values ('minutes', '2026-01-01 12:00+00', 1)",
        ),
    ],
    [
      "a window of any time is revised",
      () =>
        database.rows(
          `update window_publications set revision = 1 ${PUBLISHED_AT} = '2026-01-10 12:00+00'`,
        ),
    ],
  ] as const)("differs when %s", async ([, change]) => {
    await insertLetters(database.owner, [{ offset: 1 }]);
    const before = await store.readPipelineFingerprint();
    expect(await store.readPipelineFingerprint()).toBe(before);

    await change();

    expect(await store.readPipelineFingerprint()).not.toBe(before);
  });
});

describe("the newest play", () => {
  test("is none before the first one", async () => {
    await database.rows("delete from window_publications");

    expect((await readState()).newestPlayAt).toBeNull();
  });

  test.for([
    [
      "is the newest that was heard of",
      "2026-01-15 13:12:13.5+00",
      "13:12:13.500000",
    ],
    [
      "is not after the newest window that has plays: what came later was rejected",
      "2026-01-15 14:00:00+00",
      "13:14:59.999999",
    ],
    ["is not before that window", "2026-01-15 13:00:00+00", "13:10:00.000000"],
  ] as const)("%s", async ([, heardAt, newest]) => {
    await database.rows(`
      insert into window_partials (window_kind, window_start, stream_count) values
        ('minutes', '2026-01-15 13:10+00', 1), ('hourly', '2026-01-15 15:00+00', 1);
      update partition_ledger set newest_event_at = '${heardAt}' where topic = 'stream-events' and partition = 0`);

    expect((await readState()).newestPlayAt).toBe(`2026-01-15T${newest}Z`);
  });

  test("may be in a published window", async () => {
    await database.rows(
      "update partition_ledger set newest_event_at = '2026-01-15 12:03+00' where topic = 'stream-events' and partition = 0",
    );

    expect((await readState()).newestPlayAt).toBe(
      "2026-01-15T12:03:00.000000Z",
    );
  });
});

test("the sizes of the windows are the database's", async () => {
  expect(await readState()).toMatchObject({
    windowMs: 300_000,
    hourlyMs: 3_600_000,
  });
});

test("a database that is not set up is told from one without plays", async () => {
  await database.rows(`
    alter table window_frontiers rename to hidden;
    create view window_frontiers as select * from hidden where false;
    grant select on window_frontiers to reader`);
  try {
    await expect(readState()).rejects.toMatchObject({
      code: "database_not_set_up",
    });
  } finally {
    await database.rows(
      "drop view window_frontiers; alter table hidden rename to window_frontiers",
    );
  }
});
