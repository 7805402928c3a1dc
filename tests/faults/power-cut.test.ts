import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { replay } from "#compose/replay/replay.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { runToEnd } from "#tests/integration/compose/cli/spawn-command.ts";
import { takeKafka } from "#tests/support/faults/kafka-in-hand.ts";
import { rememberLogs } from "#tests/support/faults/lose-tails.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { ofIncarnation } from "#tests/support/pipeline/incarnations.ts";
import { listFailedChecks } from "#tests/support/pipeline/list-failed-checks.ts";
import { planRecords } from "#tests/support/pipeline/make-plays.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  openTopicClient,
  type TopicClient,
  type TopicRecord,
} from "#tests/support/pipeline/topic-client.ts";

/** Nothing is closed by a schedule: draining does. */
const RUN = { hasSchedules: false };
const COMMITTED_OFFSETS = "__consumer_offsets";
/** On every partition, with letters among them. */
const PLAYS = 300;

const cleanups = createCleanups();
let scene: Scene;
/** All tests go on with what the one before has left. */
let database: Connections;
/** What `stream-events` held in the end, for each incarnation that is over. */
const earlier: TopicRecord[][] = [];
let hour = 0;

beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
  database = await scene.beginAnew();
});
afterAll(() => cleanups.run());

it("36: Postgres restored from an older backup is noticed, and a replay gives exact tables, without a letter lost", async () => {
  // Given plays that are handled, and a database as it was before the first of them
  await run(async (pipeline) => {
    await send(scene.topics);
    await pipeline.untilConsumed();
    // Their letters are in their topic since then.
    await pipeline.untilConsumed();
  });
  database = await scene.restoreBackup();
  const watch = await watchProgress(database.databaseUrls.owner);
  const noticed = await run(async (pipeline) => {
    await pipeline.untilConsumed();
    const { plays } = await pipeline.readStatus();
    expect(plays.handled).toBe(0);
    return listFailedChecks(pipeline, database);
  });
  expect(noticed).toEqual([expect.stringMatching(/^commits_are_in_ledger: /)]);

  // When both topics are read again that the database has lost its work on
  const { dataDir } = scene.settingsFor(database, RUN);
  for (const topic of [STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC]) {
    const { exitCode, stderr } = await runToEnd("replay", {
      args: ["--data-dir", dataDir, "--topic", topic, "--from-offset", "0"],
      environment: {
        KAFKA_BOOTSTRAP_SERVERS: database.kafkaBootstrapServers,
        DATABASE_URL: database.databaseUrls.owner,
      },
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  }

  await run(async (pipeline) => {
    await pipeline.drain();
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { noticed: noticed.length },
      }),
    ).toEqual([]);
  });
});

it.each([
  {
    kept: "nor where its groups were",
    lost: [STREAM_EVENTS_TOPIC, COMMITTED_OFFSETS],
    outOfRange: 0,
  },
  {
    kept: "though it knows where its groups were",
    lost: [STREAM_EVENTS_TOPIC],
    outOfRange: 10,
  },
])(
  "36: Kafka that lost the end of its log in a power cut, $kept, is noticed, and a replay gives exact tables, without a letter lost",
  async ({ lost, outOfRange }) => {
    const { dataDir } = scene.settingsFor(database, RUN);
    const kafka = takeKafka(dataDir, database);
    const watch = await watchProgress(database.databaseUrls.owner);

    // Given plays that are on the disk, and handled ones that are not yet
    const { cutBack, before } = await run(async (pipeline) => {
      await send(scene.topics);
      await pipeline.untilConsumed();
      const remembered = await rememberLogs(kafka.recordsDir, lost);
      await send(scene.topics);
      await pipeline.untilConsumed();
      // The letters of the last plays are in their topic since then.
      await pipeline.untilConsumed();
      return {
        cutBack: remembered,
        before: await scene.topics.readAll([STREAM_EVENTS_TOPIC]),
      };
    });

    // When the power goes
    await kafka.kill();
    const lostBytes = await cutBack();
    await kafka.start();
    const topics = await openTopicClient(database.kafkaBootstrapServers);
    cleanups.add(() => topics.close());
    const left = await topics.readAll([STREAM_EVENTS_TOPIC]);

    // Then it is noticed once new plays have come
    const outOfRangeCount = await run(async (pipeline) => {
      await pipeline.untilConsumed();
      await send(topics);
      await pipeline.untilConsumed();
      expect(await listFailedChecks(pipeline, database)).toContainEqual(
        expect.stringMatching(/^commits_are_in_ledger: /),
      );
      const plays = pipeline.mappings.find(
        ({ topic }) => topic === STREAM_EVENTS_TOPIC,
      );
      return plays?.counters().OffsetOutOfRangeCount ?? 0;
    });
    expect(outOfRangeCount).toBe(outOfRange);

    // And a replay mends it
    await replayFromStart();
    earlier.push(before);
    await run(async (pipeline) => {
      await pipeline.drain();
      const now = await topics.readAll([STREAM_EVENTS_TOPIC]);
      expect(
        await listViolations({
          pipeline,
          database,
          records: [
            ...(await topics.readAll(DIMENSIONS)),
            ...[...earlier, now].flatMap((records, index) =>
              ofIncarnation(index + 1, records),
            ),
          ],
          watch,
          faults: { lostBytes, lostPlays: before.length - left.length },
        }),
      ).toEqual([]);
    });
    scene = { ...scene, topics };
  },
);

function run<Result>(
  work: (pipeline: Pipeline) => Promise<Result>,
): Promise<Result> {
  return scene.withPipeline(database, RUN, work);
}

/** Sends plays of the next hour, some of which have letters. */
async function send(topics: TopicClient): Promise<void> {
  const from = Date.UTC(2026, 2, 1, hour);
  hour += 1;
  await topics.send(
    STREAM_EVENTS_TOPIC,
    planRecords({
      from: new Date(from).toISOString(),
      to: new Date(Date.UTC(2026, 2, 1, hour)).toISOString(),
      count: PLAYS,
      mixIns: { duplicates: 0.03, orphans: 0.03, malformed: 0.05 },
    }),
  );
}

function replayFromStart() {
  return replay({
    kafkaBootstrapServers: database.kafkaBootstrapServers,
    topic: STREAM_EVENTS_TOPIC,
    consumerGroup: GROUPS.streamEvents,
    start: { kind: "offset", offset: 0 },
    horizonMs: -Infinity,
  });
}
