import { afterAll, beforeAll, expect, it } from "vitest";

import { stopPostgres } from "#compose/embedded/postgres-server.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { withClient } from "#tests/support/with-client.ts";
import { createFaultPoint } from "#tests/support/faults/create-fault-point.ts";
import {
  makeDeadlock,
  STATES,
  terminateBusySessions,
  terminateSessions,
  withFactsLocked,
} from "#tests/support/faults/disturb-sessions.ts";
import { countInLog } from "#tests/support/faults/function-log.ts";
import {
  endPostgres,
  revivePostgres,
  superuserUrl,
} from "#tests/support/faults/postgres-process.ts";
import {
  mountSmallDisk,
  type SmallDisk,
} from "#tests/support/faults/small-disk.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { planRecords } from "#tests/support/pipeline/make-plays.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import { untilFacts } from "#tests/support/pipeline/until-facts.ts";

const FUNCTION_NAME = "aggregate-micro-batch";
const PLAYS = 600;
const BATCH_SIZE = 50;
const DISK_MB = 400;
const LARGER_DISK_MB = 800;

const cleanups = createCleanups();
let scene: Scene;
let disk: SmallDisk;
beforeAll(async () => {
  scene = await openScene({
    prepareDirectory: async (dataDir) => {
      disk = await mountSmallDisk(`${dataDir}/postgres`, DISK_MB);
      return () => disk.unmount();
    },
  });
  cleanups.add(() => scene.close());
  // The one that a test has started is not the scene's.
  cleanups.add(async () => {
    await stopPostgres(scene.dataDir);
  });
});
afterAll(() => cleanups.run());

it.each([
  ["killed", "SIGKILL"],
  ["stopped at once", "SIGQUIT"],
] as const)(
  "20: Postgres %s in mid-batch, and back after a while, costs no play and rejects none",
  async (_, signal) => {
    await scene.topics.empty(STREAM_EVENTS_TOPIC);
    const database = await scene.beginAnew();
    const watch = await watchProgress(database.databaseUrls.owner);
    const fault = await createFaultPoint({
      functionName: FUNCTION_NAME,
      span: "copy facts",
      edge: "end",
    });
    cleanups.add(() => fault.remove());
    const options = { faultPoint: fault.point, batchSize: BATCH_SIZE };
    await scene.topics.send(STREAM_EVENTS_TOPIC, makePlays());

    await scene.withPipeline(database, options, async (pipeline) => {
      await fault.untilReached();
      const startAgain = await endPostgres(scene.dataDir, signal);
      await fault.release();
      // Halved down to one record, and tried again.
      await expect.poll(() => countFailures(pipeline)).toBeGreaterThan(10);
      await startAgain();
      const { plays, letters } = await pipeline.drain();

      expect(plays.accepted).toBe(PLAYS);
      expect(letters).toMatchObject({ due: 0, redriven: 0 });
      expect(await scene.countLetters()).toBe(0);
      expect(
        await listViolations({
          pipeline,
          database,
          records: await scene.readRecords(),
          watch,
          faults: { failures: countFailures(pipeline) },
        }),
      ).toEqual([]);
    });
  },
);

it("20: sessions that are terminated, statements that time out and deadlocks cost no play and reject none", async () => {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  const database = await scene.beginAnew();
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  const superuser = await superuserUrl(scene.dataDir, owner);
  // The function begins again by itself, and says nothing of them.
  let deadlocks = 0;
  const send = (hour: number) =>
    scene.topics.send(STREAM_EVENTS_TOPIC, makePlays(hour));
  const count = (state: string) =>
    countInLog(scene.dataDir, FUNCTION_NAME, state);

  await scene.withPipeline(
    database,
    { batchSize: BATCH_SIZE },
    async (pipeline) => {
      await withClient(superuser, async (client) => {
        await send(0);
        let terminated = 0;
        await expect
          .poll(
            async () => {
              terminated += await terminateBusySessions(client, FUNCTION_NAME);
              return terminated;
            },
            { interval: 10 },
          )
          .toBeGreaterThan(3);

        await limitStatements("100ms");
        await withFactsLocked(superuser, async () => {
          await terminateSessions(client, FUNCTION_NAME);
          await send(1);
          await expect.poll(() => count(STATES.timedOut)).toBeGreaterThan(10);
        });
        await limitStatements("0");
        await terminateSessions(client, FUNCTION_NAME);

        await send(2);
        await expect
          .poll(
            async () => {
              if (await makeDeadlock(superuser, FUNCTION_NAME)) deadlocks += 1;
              return deadlocks;
            },
            { timeout: 60_000 },
          )
          .toBeGreaterThan(0);

        async function limitStatements(limit: string): Promise<void> {
          await client.query(
            `do $$ begin execute format('alter database %I set statement_timeout = ''${limit}''', current_database()); end $$`,
          );
        }
      });
      const { plays } = await pipeline.drain();

      expect(plays.accepted).toBe(3 * PLAYS);
      expect(await scene.countLetters()).toBe(0);
      expect(
        await listViolations({
          pipeline,
          database,
          records: await scene.readRecords(),
          watch,
          faults: {
            terminated: await count(STATES.terminated),
            timedOut: await count(STATES.timedOut),
            deadlocks,
          },
        }),
      ).toEqual([]);
    },
  );
});

it("22: a full disk under Postgres loses nothing: what it cannot store is not acknowledged, and work goes on once there is room", async () => {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  const database = await scene.beginAnew();
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  const faults: Record<string, number> = {};

  await scene.withPipeline(database, {}, async (pipeline) => {
    await scene.topics.send(STREAM_EVENTS_TOPIC, makePlays());
    await untilFacts(owner, PLAYS);
    let handled = PLAYS;
    for (const [hour, name, makeRoom] of [
      [1, "freed", () => disk.free()],
      [2, "grown", () => disk.grow(LARGER_DISK_MB)],
    ] as const) {
      faults[`bytes taken until ${name}`] = await disk.fill();
      const failures = countFailures(pipeline);
      await scene.topics.send(STREAM_EVENTS_TOPIC, makePlays(hour));
      await expect
        .poll(() => countFailures(pipeline))
        .toBeGreaterThan(failures + 5);
      faults[`failures until ${name}`] = countFailures(pipeline) - failures;
      expect(countLag(pipeline)).toBeGreaterThan(0);

      await makeRoom();
      await revivePostgres(scene.dataDir);
      handled += PLAYS;
      await untilFacts(owner, handled);
    }
    const { plays } = await pipeline.drain();

    expect(plays.accepted).toBe(handled);
    expect(await scene.countLetters()).toBe(0);
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: {
          ...faults,
          diskFull: await countInLog(
            scene.dataDir,
            FUNCTION_NAME,
            STATES.diskFull,
          ),
        },
      }),
    ).toEqual([]);
  });
});

/** Plays of an hour; each hour's are others. */
function makePlays(hour = 0) {
  return planRecords({
    from: `2026-03-01T1${hour}:00:00Z`,
    to: `2026-03-01T1${hour + 1}:00:00Z`,
    count: PLAYS,
  });
}

const countersOf = (pipeline: Pipeline) =>
  pipeline.mappings
    .find(({ topic }) => topic === STREAM_EVENTS_TOPIC)
    ?.counters();
const countFailures = (pipeline: Pipeline): number =>
  countersOf(pipeline)?.InvokeErrorCount ?? 0;
const countLag = (pipeline: Pipeline): number =>
  countersOf(pipeline)?.SumOffsetLag ?? 0;
