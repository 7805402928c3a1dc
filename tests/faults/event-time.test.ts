import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { holdPartition } from "#tests/support/faults/hold-partition.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { makePlayRecord } from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";

const MINUTE_MS = 60_000;
const LATENESS_MS = 10 * MINUTE_MS;
const NOON_MS = Date.UTC(2026, 2, 1, 12);
const BEHIND = 0;
const OTHERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const EVERY = [BEHIND, ...OTHERS];

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

it("11: windows wait for a partition that is 30 minutes of event time behind, and none of its plays is late", async () => {
  // No partition counts as idle, so the plays alone move the watermark.
  const options = {
    environment: { STREAMING_IDLE_TIMEOUT: "1d" },
    hasSchedules: false,
  };
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, options, async (pipeline) => {
    let heldBack = 0;
    for (let minute = 0; minute <= 60; minute += 10) {
      const behindMs = NOON_MS + minute * MINUTE_MS;
      const aheadMs = behindMs + 30 * MINUTE_MS;
      await send([[behindMs, [BEHIND]] as const, [aheadMs, OTHERS] as const]);
      await pipeline.untilConsumed();
      await pipeline.invoke("close-windows", {});

      const status = await pipeline.readStatus();
      expect(readWatermark(status)).toBe(behindMs - LATENESS_MS);
      expect(readClosedUntil(status)).toBeLessThanOrEqual(
        behindMs - LATENESS_MS,
      );
      // What the others alone would have closed.
      heldBack += countHeldBack(status, aheadMs - LATENESS_MS);
    }
    const { plays } = await pipeline.drain();

    expect(plays).toMatchObject({ accepted: 70, late: 0 });
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { windowsHeldBack: heldBack },
      }),
    ).toEqual([]);
  });
});

it("11: a partition that is silent because it has a backlog is not idle: windows wait for it longer than the idle time-out", async () => {
  const held = holdPartition(BEHIND);
  const options = {
    environment: { STREAMING_IDLE_TIMEOUT: "1s" },
    wrapInvoker: held.wrap,
    hasSchedules: false,
  };
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, options, async (pipeline) => {
    await send([[NOON_MS, [BEHIND]]]);
    await expect.poll(held.heldCount).toBeGreaterThan(0);
    await send([[NOON_MS + 30 * MINUTE_MS, OTHERS]]);
    await expect
      .poll(async () => {
        await pipeline.invoke("close-windows", {});
        return readIdlePartitions();
      })
      .toEqual(OTHERS);

    const waiting = await close(pipeline);
    expect(waiting.watermark).toBeNull();
    expect(waiting.windows.map(({ closedUntil }) => closedUntil)).toEqual([
      null,
      null,
    ]);
    const heldCount = held.heldCount();
    held.release();
    await expect
      .poll(async () => (await pipeline.readStatus()).plays.accepted)
      .toBe(EVERY.length);
    const { plays } = await pipeline.drain();

    expect(plays).toMatchObject({ accepted: EVERY.length, late: 0 });
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { heldInvocations: heldCount },
      }),
    ).toEqual([]);
  });
});

it("14: plays from an hour ahead and from the year 2099 are rejected, move no watermark, and make no neighbour late", async () => {
  const options = {
    environment: { STREAMING_IDLE_TIMEOUT: "1d" },
    hasSchedules: false,
  };
  const nowMs = Date.now();
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, options, async (pipeline) => {
    await send([[nowMs, EVERY]]);
    await pipeline.untilConsumed();
    const before = await close(pipeline);

    // One micro-batch holds plays from the future and their neighbours, which are as old as can be and not late.
    const oldestMs = nowMs - LATENESS_MS + 1;
    await send([
      [Date.UTC(2099, 0, 1), EVERY],
      [oldestMs, EVERY],
      [nowMs + 60 * MINUTE_MS, EVERY],
    ]);
    await pipeline.untilConsumed();
    const after = await close(pipeline);
    await send([[oldestMs, EVERY]]);
    await pipeline.untilConsumed();
    const { plays, rejected } = await close(pipeline);

    expect(readWatermark(before)).toBe(nowMs - LATENESS_MS);
    expect(after.watermark).toBe(before.watermark);
    expect(after.windows).toMatchObject(
      before.windows.map(({ closedUntil }) => ({ closedUntil })),
    );
    expect(plays).toMatchObject({ accepted: 3 * EVERY.length, late: 0 });
    await pipeline.drain();
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { playsFromTheFuture: rejected["future_timestamp"] ?? 0 },
      }),
    ).toEqual([]);
    expect(rejected).toEqual({ future_timestamp: 2 * EVERY.length });
  });
});

/** Sends a play of each time on each of its partitions. */
async function send(
  plays: readonly (readonly [timeMs: number, partitions: readonly number[]])[],
): Promise<void> {
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    plays.flatMap(([timeMs, partitions]) =>
      partitions.map((partition) =>
        makePlayRecord(
          { timestamp: new Date(timeMs).toISOString() },
          partition,
        ),
      ),
    ),
  );
}

async function close(pipeline: Pipeline): Promise<Status> {
  await pipeline.invoke("close-windows", {});
  return pipeline.readStatus();
}

function readWatermark({ watermark }: Status): number {
  return Date.parse(watermark ?? "");
}

/** How far windows of minutes are closed; before all times where none is. */
function readClosedUntil({ windows }: Status): number {
  const minutes = windows.find(({ kind }) => kind === "minutes");
  return minutes?.closedUntil == null
    ? -Infinity
    : Date.parse(minutes.closedUntil);
}

/** Whole windows of minutes between where the frontier is and where it could be. */
function countHeldBack(status: Status, watermarkMs: number): number {
  const closedUntilMs = Math.max(
    readClosedUntil(status),
    NOON_MS - LATENESS_MS,
  );
  return Math.floor((watermarkMs - closedUntilMs) / (5 * MINUTE_MS));
}

async function readIdlePartitions(): Promise<number[]> {
  const rows = await selectRows<{ partition: number }>(
    database.databaseUrls.reader,
    "select partition from partition_ledger where topic = 'stream-events' and is_idle order by 1",
  );
  return rows.map(({ partition }) => partition);
}
