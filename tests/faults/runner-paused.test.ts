import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import { createCleanups } from "#compose/runner/cleanups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { createFaultPoint } from "#tests/support/faults/create-fault-point.ts";
import { listSessions } from "#tests/support/faults/list-sessions.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { planRecords } from "#tests/support/pipeline/make-plays.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import { startRunnerProcess } from "#tests/support/pipeline/start-runner-process.ts";
import { untilFacts } from "#tests/support/pipeline/until-facts.ts";

const FUNCTION_NAME = "aggregate-micro-batch";
const TRANSACTION_TIMEOUT_MS = 5000;
/** Below what a session may be idle in its transaction, 10 s: what is looked at is the time-out of the function. */
const LEEWAY_MS = 4000;
const PLAYS = 100;

const cleanups = createCleanups();
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
});
afterAll(() => cleanups.run());

it("5: a runner that is paused in its transaction holds up its retry no longer than its time-out, and changes nothing when it resumes", async () => {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  const database = await scene.beginAnew();
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  const dataDir = await mkdtemp(join(tmpdir(), "paused-runner-"));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const fault = await createFaultPoint({
    functionName: FUNCTION_NAME,
    span: "copy facts",
    edge: "end",
  });
  cleanups.add(() => fault.remove());
  const environment = {
    STREAMING_TRANSACTION_TIMEOUT: `${TRANSACTION_TIMEOUT_MS}ms`,
  };
  const listOpen = () => listSessions(scene.dataDir, owner, FUNCTION_NAME);

  // given a runner that is stopped as a whole while its handler's transaction is open and holds the partition
  await scene.topics.send(STREAM_EVENTS_TOPIC, makePlays(10));
  const zombie = startRunnerProcess({
    ...scene.settingsFor(database, { environment, faultPoint: fault.point }),
    dataDir,
  });
  cleanups.add(() => zombie.kill());
  await fault.untilReached();
  zombie.pause();
  const pausedAtMs = performance.now();
  const held = await listOpen();
  expect(held).toMatchObject([{ state: "idle in transaction" }]);
  const freed = untilGone(held[0]?.pid);
  // The broker would do so when their session has timed out.
  for (const group of Object.values(GROUPS))
    await scene.topics.expelMembers(group);

  await scene.withPipeline(database, { environment }, async (pipeline) => {
    const readRedelivered = async () =>
      (await pipeline.readStatus()).plays.redelivered;
    // when another runner gets the same plays
    await untilFacts(owner, PLAYS);
    const heldMs = await freed;
    expect(heldMs).toBeLessThan(TRANSACTION_TIMEOUT_MS + LEEWAY_MS);
    const { plays } = await pipeline.drain();
    expect(plays).toMatchObject({ accepted: PLAYS, redelivered: 0 });

    // and the first one goes on where it stood: its transaction is gone, and what it repeats is known
    zombie.resume();
    await fault.release();
    await expect.poll(readRedelivered).toBeGreaterThan(0);
    await scene.topics.send(STREAM_EVENTS_TOPIC, makePlays(11));
    await untilFacts(owner, 2 * PLAYS);
    await pipeline.drain();

    // then nothing shows of it
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: {
          heldMs,
          redelivered: await readRedelivered(),
        },
      }),
    ).toEqual([]);
  });

  /** Milliseconds from the pause until Postgres has taken the transaction away. */
  async function untilGone(pid: number | undefined): Promise<number> {
    await expect
      .poll(async () => (await listOpen()).map((session) => session.pid))
      .not.toContain(pid);
    return performance.now() - pausedAtMs;
  }
});

/** Plays of an hour, on one partition: one invocation has them all. */
function makePlays(hour: number) {
  return planRecords({
    from: `2026-03-01T${hour}:00:00Z`,
    to: `2026-03-01T${hour + 1}:00:00Z`,
    count: PLAYS,
  }).map((record) => ({ ...record, partition: 0 }));
}
