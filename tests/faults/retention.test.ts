import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { rebuild } from "#compose/rebuild/rebuild.ts";
import { readReplayHorizon } from "#compose/replay/read-replay-horizon.ts";
import { replay } from "#compose/replay/replay.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { ExpectedTables } from "#tests/support/oracle/types.ts";
import { ageHistory } from "#tests/support/pipeline/age-history.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { listFailedChecks } from "#tests/support/pipeline/list-failed-checks.ts";
import { listWrittenRows } from "#tests/support/pipeline/list-written-rows.ts";
import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import {
  METRIC_NAMES,
  METRIC_TABLES,
  selectRows,
} from "#tests/support/pipeline/read-tables.ts";
import { NEW_ID, NEW_ROWS } from "#tests/support/pipeline/new-rows.ts";
import { repeatAccepted } from "#tests/support/pipeline/repeat-accepted.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import type { OutgoingRecord } from "#tests/support/pipeline/topic-client.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.now();
/** Hours ago: the horizon of a day lies in between. */
const [FIRST_HOUR, LAST_HOUR] = [27, 22];

let scene: Scene;
/** All tests go on with what the one before has left. */
let database: Connections;
let horizonMs: number;
/** When the horizon moved, by the broker's clock. */
let sinceMs: number;

beforeAll(async () => {
  scene = await openScene();
  database = await scene.beginAnew();
});
afterAll(() => scene?.close());

it("the scheduled function gives up the facts of more than a day ago, to the hour, and the metric rows stay", async () => {
  await run({ STREAMING_RETENTION_FACTS: "1d" }, async (pipeline) => {
    await send([
      ...planRecords({
        from: hoursAgo(FIRST_HOUR),
        to: hoursAgo(LAST_HOUR),
        count: 1500,
        mixIns: {
          late: 0.03,
          outOfOrder: 0.1,
          duplicates: 0.03,
          orphans: 0.02,
          malformed: 0.02,
        },
      }),
      makePlayRecord({ timestamp: hoursAgo(26), user_id: NEW_ID }),
      makePlayRecord({ timestamp: hoursAgo(23), user_id: NEW_ID }),
    ]);
    await pipeline.drain();
    const before = await readEverything();
    sinceMs = (await readNewestRecordMs()) + 1;

    const earliest = floorHour(Date.now() - DAY_MS);
    await pipeline.invoke("enforce-retention", {});
    const latest = floorHour(Date.now() - DAY_MS);
    horizonMs = await readReplayHorizon(
      database.databaseUrls.reader,
      STREAM_EVENTS_TOPIC,
    );

    expect([earliest, latest]).toContain(horizonMs);
    const after = await readEverything();
    const left = new Set(after);
    const gone = before.filter((row) => !left.has(row));
    expect(gone.length).toBeGreaterThan(100);
    expect(gone.every((row) => row.startsWith("stream_events "))).toBe(true);
    expect(after).toHaveLength(before.length - gone.length);
    expect(await listFailedChecks(pipeline, database)).toEqual([]);
  });
  expect(await listDifferencesNow()).toEqual([]);
});

it("then older plays are rejected with their reason, newer ones revise their window, and orphans get their user", async () => {
  const { before, status } = await run(
    { STREAMING_RETENTION_FACTS: "1d" },
    async (pipeline) => {
      const { plays } = await pipeline.readStatus();
      const records = await scene.readRecords();
      const expected = await expectNow();
      await send([
        makePlayRecord({ timestamp: hoursAgo(26) }),
        // On the horizon, and a microsecond before it.
        makePlayRecord({ timestamp: new Date(horizonMs).toISOString() }),
        makePlayRecord({
          timestamp: new Date(horizonMs - 1).toISOString().replace("Z", "999Z"),
        }),
        makePlayRecord({ timestamp: hoursAgo(26), user_id: 999_999 }),
        makePlayRecord({ timestamp: hoursAgo(23) }),
        repeatAccepted(records, expected, false),
        repeatAccepted(records, expected, true),
      ]);
      await scene.topics.send("users", [
        { key: String(NEW_ID), value: JSON.stringify(NEW_ROWS.users) },
      ]);
      const drained = await pipeline.drain();
      expect(await listFailedChecks(pipeline, database)).toEqual([]);
      return { before: plays, status: drained };
    },
  );

  // The play on the horizon, another since it, and the orphan since it whose user has come.
  expect(status.plays.late - before.late).toBe(3);

  // Two old ones, one of them an orphan; the one just before the horizon; what was a fact; and the old orphan whose user has come.
  expect(status.rejected["older_than_retention"]).toBe(5);
  expect(await listDifferencesNow()).toEqual([]);
});

it("a letter whose play fell behind the horizon meanwhile ends in one that says so, and is not sent again", async () => {
  const rows = await selectRows(
    database.databaseUrls.reader,
    `select reason, state, resolution, attempt, redrive_count, due_at, detail
     from dead_letters
     where origin in (
       select origin from dead_letters
       where missing_references = '[{"id": ${NEW_ID}, "dimension": "users"}]'
     )
     order by reason, resolution`,
  );

  expect(rows).toMatchObject([
    {
      reason: "older_than_retention",
      state: "waiting",
      resolution: null,
      attempt: 2,
      redrive_count: 0,
      due_at: null,
      detail: expect.stringContaining(
        new Date(horizonMs).toISOString().slice(0, "2026-01-01T00".length),
      ),
    },
    {
      reason: "unknown_reference",
      state: "resolved",
      resolution: "landed",
      redrive_count: 1,
    },
    {
      reason: "unknown_reference",
      state: "resolved",
      resolution: "rejected_again",
      redrive_count: 1,
    },
  ]);
});

it("a rebuild leaves the windows before the horizon alone, and is refused where there are no others", async () => {
  const before = await readEverything();
  const databaseUrl = database.databaseUrls.owner;
  const span = { from: hoursAgo(FIRST_HOUR + 1), to: hoursAgo(0) };

  const { differing, expired, windowCount } = await rebuild({
    databaseUrl,
    ...span,
  });

  expect(differing).toEqual([]);
  expect(windowCount).toBeGreaterThan(0);
  expect(Math.max(...expired.map(({ end }) => end.getTime()))).toBe(horizonMs);
  const to = new Date(horizonMs).toISOString();
  await expect(rebuild({ databaseUrl, ...span, to })).rejects.toMatchObject({
    code: "before_retention_horizon",
  });
  expect(await readEverything()).toEqual(before);
});

it("a replay from before the horizon is refused; one since it reads plays before it again, and changes nothing", async () => {
  const before = await readEverything();
  const rewind = {
    kafkaBootstrapServers: database.kafkaBootstrapServers,
    topic: STREAM_EVENTS_TOPIC,
    consumerGroup: GROUPS.streamEvents,
    horizonMs: await readReplayHorizon(
      database.databaseUrls.reader,
      STREAM_EVENTS_TOPIC,
    ),
  };

  await expect(
    replay({ ...rewind, start: { kind: "time", timestampMs: horizonMs - 1 } }),
  ).rejects.toMatchObject({ code: "before_retention_horizon" });
  await replay({ ...rewind, start: { kind: "time", timestampMs: horizonMs } });
  const status = await run({}, async (pipeline) => {
    const drained = await pipeline.drain();
    expect(await listFailedChecks(pipeline, database)).toEqual([]);
    return drained;
  });

  const { outcomes } = await expectNow();
  expect(status.plays.redelivered).toBe(outcomes.length);
  expect(await readEverything()).toEqual(before);
  expect(await listDifferencesNow()).toEqual([]);
});

it("with longer settings the horizon stays, and what is kept shorter goes: earlier ledgers, settled letters, old revisions", async () => {
  await ageHistory(database.databaseUrls.owner);
  const [waiting] = await selectRows(database.databaseUrls.reader, WAITING);

  await run(
    {
      STREAMING_RETENTION_FACTS: "30d",
      STREAMING_RETENTION_LEDGER: "2d",
      STREAMING_RETENTION_DEAD_LETTERS: "2d",
      STREAMING_RETENTION_REVISIONS: "2d",
    },
    async (pipeline) => {
      await pipeline.invoke("enforce-retention", {});
      expect(await listFailedChecks(pipeline, database)).toEqual([]);
    },
  );

  expect(
    await readReplayHorizon(database.databaseUrls.reader, STREAM_EVENTS_TOPIC),
  ).toBe(horizonMs);
  expect(await selectRows(database.databaseUrls.reader, WAITING)).toEqual([
    waiting,
  ]);
  expect(
    await selectRows(
      database.databaseUrls.reader,
      `select
         (select array_agg(distinct resolution) from dead_letters where state = 'resolved')::text as letters,
         (select array_agg(distinct metric_table) from metric_revisions)::text as revisions,
         (select count(*)::integer from partition_ledger where topic = 'stream-events') as ledgers`,
    ),
  ).toEqual([
    {
      letters: "{rejected_again}",
      revisions: "{hourly_metrics}",
      ledgers: 10,
    },
  ]);
});

const TABLES = [
  "stream_events",
  ...METRIC_NAMES.map((name) => `${METRIC_TABLES[name]}_metrics`),
  "window_publications",
  "metric_revisions",
  "dead_letters",
];
const WAITING =
  "select count(*)::integer as count from dead_letters where state = 'waiting'";

function run<Result>(
  environment: Readonly<Record<string, string>>,
  work: (pipeline: Pipeline) => Promise<Result>,
): Promise<Result> {
  return scene.withPipeline(
    database,
    {
      environment: { STREAMING_IDLE_TIMEOUT: "1d", ...environment },
      topics: [...DIMENSIONS, STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
      hasSchedules: false,
    },
    work,
  );
}

function send(records: readonly OutgoingRecord[]): Promise<void> {
  return scene.topics.send(STREAM_EVENTS_TOPIC, records);
}

async function expectNow(): Promise<ExpectedTables> {
  return expectTables(await scene.readRecords(), {
    retention: { horizonMs, sinceMs },
  });
}

async function listDifferencesNow(): Promise<string[]> {
  return listDifferences(
    database.databaseUrls.owner,
    await scene.readRecords(),
    await expectNow(),
  );
}

async function readNewestRecordMs(): Promise<number> {
  const records = await scene.readRecords();
  return Math.max(...records.map(({ timestampMs }) => timestampMs));
}

function readEverything(): Promise<string[]> {
  return listWrittenRows(database.databaseUrls.owner, TABLES);
}
function hoursAgo(hours: number): string {
  return new Date(NOW_MS - hours * HOUR_MS).toISOString();
}

const floorHour = (timeMs: number): number =>
  Math.floor(timeMs / HOUR_MS) * HOUR_MS;
