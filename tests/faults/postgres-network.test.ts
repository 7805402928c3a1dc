import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  STATES,
  withFactsLocked,
} from "#tests/support/faults/disturb-sessions.ts";
import { countInLog } from "#tests/support/faults/function-log.ts";
import { superuserUrl } from "#tests/support/faults/postgres-process.ts";
import {
  proxyDatabase,
  type ProxiedDatabase,
} from "#tests/support/faults/through-proxy.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import { untilFacts } from "#tests/support/pipeline/until-facts.ts";

const FUNCTION_NAME = "aggregate-micro-batch";
const MEBIBYTE = 1024 * 1024;
/** As node-postgres sends it: the kind of the message, its length, the statement. */
const COMMIT = "Q\0\0\0\u000bcommit\0";

const cleanups = createCleanups();
let scene: Scene;
let database: Connections;
let proxied: ProxiedDatabase;
beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
});
afterAll(() => cleanups.run());

it("21: connections that are cut after COMMIT was sent, before or behind its work, count no play twice and lose none", async () => {
  await beginAnew();
  const watch = await watchProgress(database.databaseUrls.owner);
  const cuts = {
    answersOfIngest: proxied.ingest.cutAt(COMMIT, "before_answer", 5),
    commitsOfIngest: proxied.ingest.cutAt(COMMIT, "before_request", 3),
    answersOfCloser: proxied.closer.cutAt(COMMIT, "before_answer", 3),
    commitsOfCloser: proxied.closer.cutAt(COMMIT, "before_request", 2),
  };
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    planRecords({
      from: "2026-03-01T12:00:00Z",
      to: "2026-03-01T15:00:00Z",
      count: 1000,
      mixIns: { late: 0.03, duplicates: 0.03, malformed: 0.03 },
    }),
  );

  const options = { batchSize: 100 };
  await scene.withPipeline(proxied.connections, options, async (pipeline) => {
    await expect
      .poll(() => Object.values(cuts).map(({ count }) => count))
      .toEqual([5, 3, 3, 2]);
    const { plays } = await pipeline.drain();

    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: {
          answersOfIngest: cuts.answersOfIngest.count,
          answersOfCloser: cuts.answersOfCloser.count,
          commitsOfIngest: cuts.commitsOfIngest.count,
          commitsOfCloser: cuts.commitsOfCloser.count,
          // What was committed behind an answer that nobody got came again.
          redelivered: plays.redelivered,
        },
      }),
    ).toEqual([]);
  });
});

it("23: Postgres with 200 ms round trips and a locked table makes lag that shows, within bounded memory, and counts nothing twice", async () => {
  await beginAnew();
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  const superuser = await superuserUrl(scene.dataDir, owner);
  // More than the mapping may have waiting and in flight.
  const plays = makeLargePlays(5000, 12_000);
  const countLockTimeouts = () =>
    countInLog(scene.dataDir, FUNCTION_NAME, STATES.lockTimeout);
  proxied.ingest.delay(100);
  proxied.closer.delay(100);

  await scene.withPipeline(proxied.connections, {}, async (pipeline) => {
    let polled = 0;
    await withFactsLocked(superuser, async () => {
      await scene.topics.send(STREAM_EVENTS_TOPIC, plays, 50);
      // A session gives up waiting for a lock after 20 s.
      await expect
        .poll(countLockTimeouts, { timeout: 60_000 })
        .toBeGreaterThan(0);

      const { topics } = await pipeline.readStatus();
      expect(topics).toContainEqual(
        expect.objectContaining({ topic: STREAM_EVENTS_TOPIC, lag: 5000 }),
      );
      polled = findCounters(pipeline)?.PolledEventCount ?? 0;
    });
    // 24 MiB wait, two events of 6 MiB are in flight, one fetch of 1 MiB per partition may pass the limit; in base64.
    expect(polled * 12_000 * (4 / 3)).toBeLessThan((24 + 12 + 14) * MEBIBYTE);
    const slowest = await untilFacts(owner, 1);
    proxied.ingest.delay(0);
    proxied.closer.delay(0);
    await pipeline.drain();

    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: {
          polledUnderLock: polled,
          slowFacts: slowest,
          lockTimeouts: await countLockTimeouts(),
        },
      }),
    ).toEqual([]);
  });
});

it("33: more invocations at once than Postgres has connections share those that there are, without a loop of errors", async () => {
  await beginAnew();
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  const superuser = await superuserUrl(scene.dataDir, owner);
  const limitConnections = (limit: number) =>
    selectRows(superuser, `alter role ingest connection limit ${limit}`);
  cleanups.add(async () => {
    await limitConnections(-1);
  });
  const before = await countInLog(
    scene.dataDir,
    FUNCTION_NAME,
    STATES.tooManyConnections,
  );
  await limitConnections(1);
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    planRecords({
      from: "2026-03-01T12:00:00Z",
      to: "2026-03-01T15:00:00Z",
      count: 2000,
    }),
  );

  // Two environments, which need a connection each, and only one of them gets it.
  const options = {
    batchSize: 50,
    topics: [STREAM_EVENTS_TOPIC],
    hasSchedules: false,
  };
  await scene.withPipeline(proxied.connections, options, async (pipeline) => {
    await untilFacts(owner, 2000);
    await pipeline.drain();

    const failures = findCounters(pipeline)?.InvokeErrorCount ?? 0;
    // Of 40 batches each is halved down to one record at most once: an attempt without a connection is a fast one.
    expect(failures).toBeLessThan(400);
    // Refused connections do not pile up: an environment has one, and one whose end the proxy has not seen yet.
    expect(proxied.ingest.mostOpen).toBeLessThanOrEqual(4);
    expect(proxied.closer.mostOpen).toBeLessThanOrEqual(4);
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: {
          refused:
            (await countInLog(
              scene.dataDir,
              FUNCTION_NAME,
              STATES.tooManyConnections,
            )) - before,
        },
      }),
    ).toEqual([]);
  });
});

/** An empty topic, a database without plays, and proxies that do nothing yet. */
async function beginAnew(): Promise<void> {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  database = await scene.beginAnew();
  const opened = await proxyDatabase(database);
  cleanups.add(() => opened.close());
  proxied = opened;
}

const findCounters = (pipeline: Pipeline) =>
  pipeline.mappings
    .find(({ topic }) => topic === STREAM_EVENTS_TOPIC)
    ?.counters();

/** Plays of an hour with a field that nobody knows, which makes them large. */
function makeLargePlays(count: number, bytes: number) {
  const startMs = Date.parse("2026-03-01T12:00:00Z");
  return Array.from({ length: count }, (_, index) =>
    makePlayRecord({
      timestamp: new Date(startMs + (index * 3_600_000) / count).toISOString(),
      user_id: 1 + (index % 50),
      notes: "x".repeat(bytes),
    }),
  );
}
