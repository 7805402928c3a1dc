import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { makePlayRecord } from "#tests/support/pipeline/make-plays.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";

const WAIT_MS = 60_000;
const SHORT_IDLE_TIMEOUT = { environment: { STREAMING_IDLE_TIMEOUT: "1s" } };

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

it("a stream that has stopped closes its last windows, though seven partitions never delivered anything", async () => {
  await scene.withPipeline(database, SHORT_IDLE_TIMEOUT, async (pipeline) => {
    await send(
      ["2026-03-01T12:01:00Z", "2026-03-01T12:03:00Z", "2026-03-01T12:58:00Z"],
      [0, 1, 2],
    );
    const status = await waitFor(pipeline, isEverythingClosed);

    // The end of the newest window that holds a play, and no further: the clock says years later.
    expect(status.watermark).toBe("2026-03-01T13:00:00.000Z");
    expect(status.plays.accepted).toBe(3);
  });
  const records = await scene.readRecords();
  expect(
    await listDifferences(
      database.databaseUrls.owner,
      records,
      await expectTables(records),
    ),
  ).toEqual([]);
});

it("a partition that is idle no longer holds the watermark back, and its old plays are late and counted", async () => {
  await scene.withPipeline(database, SHORT_IDLE_TIMEOUT, async (pipeline) => {
    await send(["2026-03-01T12:01:00Z", "2026-03-01T13:30:00Z"], [0, 1]);
    const closed = await waitFor(pipeline, isEverythingClosed);
    await send(["2026-03-01T12:02:00Z"], [2]);
    const drained = await pipeline.drain();

    expect(drained.plays).toMatchObject({ accepted: 3, late: 1 });
    expect(readWatermark(drained)).toBeGreaterThanOrEqual(
      readWatermark(closed),
    );
  });
  const records = await scene.readRecords();
  expect(
    await listDifferences(
      database.databaseUrls.owner,
      records,
      await expectTables(records),
    ),
  ).toEqual([]);
});

it("the watermark never goes back while partitions fall idle and wake up with older plays", async () => {
  const watermarks: number[] = [];
  await scene.withPipeline(database, SHORT_IDLE_TIMEOUT, async (pipeline) => {
    for (const time of ["12:10", "14:40", "13:20", "15:50", "12:05"]) {
      const plays = watermarks.length;
      await send([`2026-03-01T${time}:00Z`], [plays % 2]);
      watermarks.push(
        readWatermark(await waitFor(pipeline, isEverythingClosed)),
      );
    }
  });

  expect(watermarks).toEqual(watermarks.toSorted((a, b) => a - b));
  expect(new Set(watermarks).size).toBeGreaterThan(1);
});

it("a topic without any record has no watermark and closes nothing", async () => {
  await scene.withPipeline(
    database,
    { ...SHORT_IDLE_TIMEOUT, hasSchedules: false },
    async (pipeline) => {
      // The ledger knows the partitions for longer than the time-out: all of them become idle at once.
      await pipeline.invoke("close-windows", {});
      await pipeline.invoke("close-windows", {});
      const status = await pipeline.readStatus();

      expect(status.watermark).toBeNull();
      expect(status.windows.map(({ closedUntil }) => closedUntil)).toEqual([
        null,
        null,
      ]);
    },
  );
});

async function send(
  timestamps: readonly string[],
  partitions: readonly number[],
): Promise<void> {
  const records = timestamps.map((timestamp, index) =>
    makePlayRecord({ timestamp }, partitions[index % partitions.length]),
  );
  await scene.topics.send(STREAM_EVENTS_TOPIC, records);
}

async function waitFor(
  pipeline: Pipeline,
  condition: (status: Status) => boolean,
): Promise<Status> {
  let status = await pipeline.readStatus();
  const holds = await waitUntil(async () => {
    status = await pipeline.readStatus();
    return condition(status);
  }, WAIT_MS);
  if (!holds) throw new Error(`Waited in vain: ${JSON.stringify(status)}`);
  return status;
}

function isEverythingClosed({ topics, windows }: Status): boolean {
  const isConsumed = topics.every(({ lag }) => lag === 0);
  return (
    isConsumed &&
    windows.every(
      (window) =>
        window.openCount + window.dueCount === 0 && window.closedCount > 0,
    )
  );
}

function readWatermark({ watermark }: Status): number {
  return Date.parse(watermark ?? "");
}
