import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import {
  makePlayRecord,
  type PlayFields,
} from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** No partition counts as idle, so the plays alone move the watermark. */
const NEVER_IDLE = {
  environment: { STREAMING_IDLE_TIMEOUT: "1d" },
  hasSchedules: false,
};

let scene: Scene;
let database: Connections;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());
beforeEach(async () => {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  database = await scene.beginAnew();
});

it("a play of a closed window is accepted, counted as late, and revises the rows that it changes and no other", async () => {
  await scene.withPipeline(database, NEVER_IDLE, async (pipeline) => {
    await send(pipeline, [
      { timestamp: "2026-03-01T12:01:00Z", user_id: 1 },
      { timestamp: "2026-03-01T12:01:00Z", user_id: 2 },
      { timestamp: "2026-03-01T12:06:00Z", user_id: 1 },
    ]);
    const before = await pipeline.drain();
    await send(pipeline, [
      { timestamp: "2026-03-01T12:02:00Z", user_id: 1, device_id: 2 },
      { timestamp: "2026-03-01T12:02:00Z", user_id: 3, device_id: 2 },
    ]);
    const after = await pipeline.drain();

    expect(before.plays).toMatchObject({ accepted: 3, late: 0 });
    expect(after.plays).toMatchObject({ accepted: 5, late: 2 });
  });

  // User 3 and device 2 have no row before: theirs are new, not revised.
  expect(await selectRevisions("user_engagement", "user_id")).toEqual([
    "12:00 1 r1",
    "12:00 2 r0",
    "12:00 3 r0",
    "12:05 1 r0",
  ]);
  expect(await selectRevisions("content_performance", "song_id")).toEqual([
    "12:00 1 r1",
    "12:05 1 r0",
  ]);
  expect(await selectRevisions("device", "device_id")).toEqual([
    "12:00 1 r0",
    "12:00 2 r0",
    "12:05 1 r0",
  ]);
  expect(await selectRevisions("location", "location_id")).toEqual([
    "12:00 1 r1",
    "12:05 1 r0",
  ]);
  expect(await selectRevisions("hourly", "0")).toEqual(["12:00 0 r1"]);
  expect(await listDifferencesNow()).toEqual([]);
});

it("a late play that comes again changes nothing", async () => {
  const late = {
    event_id: crypto.randomUUID(),
    timestamp: "2026-03-01T12:02:00Z",
  };
  await scene.withPipeline(database, NEVER_IDLE, async (pipeline) => {
    await send(pipeline, [{ timestamp: "2026-03-01T12:01:00Z" }]);
    await pipeline.drain();
    await send(pipeline, [late]);
    await pipeline.drain();
    const revisions = await selectRevisions("user_engagement", "user_id");
    await send(pipeline, [late]);
    const status = await pipeline.drain();

    expect(revisions).toEqual(["12:00 1 r1"]);
    expect(status.plays).toMatchObject({ accepted: 2, duplicate: 1, late: 1 });
    expect(await selectRevisions("user_engagement", "user_id")).toEqual(
      revisions,
    );
  });
  expect(await listDifferencesNow()).toEqual([]);
});

describe("the last microsecond of a window", () => {
  it.each([
    {
      newest: "2026-03-01T12:14:59.999999Z",
      lateCount: 0,
      outcome: "is in time one microsecond before the allowed lateness is over",
    },
    {
      newest: "2026-03-01T12:15:00Z",
      lateCount: 1,
      outcome: "is late when the allowed lateness is over",
    },
  ])("$outcome", async ({ newest, lateCount }) => {
    await scene.withPipeline(database, NEVER_IDLE, async (pipeline) => {
      // A play of the window that may close, and the newest one on every partition, as the watermark waits for all.
      await send(pipeline, [{ timestamp: "2026-03-01T12:01:00Z" }]);
      await sendEverywhere(pipeline, { timestamp: newest });
      await pipeline.invoke("close-windows", {});
      await send(pipeline, [{ timestamp: "2026-03-01T12:04:59.999999Z" }]);
      const status = await pipeline.drain();

      expect(status.plays).toMatchObject({
        accepted: PARTITIONS.length + 2,
        late: lateCount,
      });
    });
    expect(await listDifferencesNow()).toEqual([]);
  });
});

it("out-of-order plays within the allowed lateness are not late, however they are shuffled", async () => {
  const seconds = Array.from(
    { length: 600 },
    (_, index) => (index * 251) % 600,
  );
  await scene.withPipeline(
    database,
    { ...NEVER_IDLE, batchSize: 50 },
    async (pipeline) => {
      const plays = seconds.map((second) => ({
        timestamp: new Date(Date.UTC(2026, 2, 1, 12, 0, second)).toISOString(),
      }));
      await send(pipeline, plays);
      const status = await pipeline.drain();

      expect(status.plays).toMatchObject({ accepted: plays.length, late: 0 });
    },
  );
  expect(await listDifferencesNow()).toEqual([]);
});

async function send(
  pipeline: Pipeline,
  plays: readonly PlayFields[],
): Promise<void> {
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    plays.map((fields) => makePlayRecord(fields)),
  );
  await pipeline.untilConsumed();
}

async function sendEverywhere(
  pipeline: Pipeline,
  fields: PlayFields,
): Promise<void> {
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    PARTITIONS.map((partition) => makePlayRecord(fields, partition)),
  );
  await pipeline.untilConsumed();
}

async function listDifferencesNow(): Promise<string[]> {
  const records = await scene.readRecords();
  return listDifferences(
    database.databaseUrls.owner,
    records,
    await expectTables(records),
  );
}

/** Rows of a metric table as "<window> <id> r<revision>". */
async function selectRevisions(
  metric: string,
  idColumn: string,
): Promise<string[]> {
  const rows = await selectRows<{ row: string }>(
    database.databaseUrls.reader,
    `select to_char(time_window at time zone 'UTC', 'HH24:MI') || ' ' || ${idColumn} || ' r' || revision as row
     from ${metric}_metrics order by 1`,
  );
  return rows.map(({ row }) => row);
}
