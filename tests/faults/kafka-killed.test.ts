import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import {
  takeKafka,
  type KafkaInHand,
} from "#tests/support/faults/kafka-in-hand.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import { openTopicClient } from "#tests/support/pipeline/topic-client.ts";
import { untilFacts } from "#tests/support/pipeline/until-facts.ts";

/** Nothing is closed by a schedule: draining does. */
const RUN = { hasSchedules: false };
const PLAYS = 3000;
/** Large, so that a micro-batch's letters go out in several requests. */
const LETTERS = { count: 12, partitions: 4, bytes: 200_000 };

const cleanups = createCleanups();
let scene: Scene;
let database: Connections;
let kafka: KafkaInHand;

beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
  database = await scene.beginAnew();
  kafka = takeKafka(scene.settingsFor(database, RUN).dataDir, database);
});
afterAll(() => cleanups.run());

it("24: Kafka killed while plays are consumed costs none of them, and the same pollers go on", async () => {
  const { owner } = database.databaseUrls;
  const mixIns = { duplicates: 0.05, orphans: 0.02, malformed: 0.02 };
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    planRecords({
      from: "2026-03-01T12:00:00Z",
      to: "2026-03-01T13:00:00Z",
      count: PLAYS,
      mixIns,
    }),
  );
  const watch = await watchProgress(owner);
  const settings = { ...RUN, batchSize: 20 };
  await scene.withPipeline(database, settings, async (pipeline) => {
    await untilFacts(owner, PLAYS / 10);

    await kafka.kill();
    const factsAtKill = await untilFacts(owner, 0);
    await untilProblem(pipeline);
    await kafka.start();
    await pipeline.drain();

    const facts = await untilFacts(owner, 0);
    expect(
      await list(pipeline, watch, { kill: 1, unhandled: facts - factsAtKill }),
    ).toEqual([]);
  });
});

it("24: Kafka killed while dead letters are published, twice, loses none of them, and each is stored once", async () => {
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  // All of them are one micro-batch.
  const settings = { ...RUN, batchingWindowMs: 2000 };
  await scene.withPipeline(database, settings, async (pipeline) => {
    const copies: number[] = [];
    for (const round of [1, 2]) {
      await pipeline.drain();
      const stored = await countLetters();
      const killing = killOncePublished(round);
      const topics = await openTopicClient(database.kafkaBootstrapServers);
      await topics.send(STREAM_EVENTS_TOPIC, makeLargeRejects(round));
      await topics.close();

      await killing;
      await untilProblem(pipeline);
      await kafka.start();
      await pipeline.drain();

      expect(await countLetters()).toBe(stored + LETTERS.count);
      copies.push((await countPublished()) - (await countLetters()));
    }

    const [first = 0, both = 0] = copies;
    const faults = { first, second: both - first };
    expect(await list(pipeline, watch, faults)).toEqual([]);
  });
});

/** Kills Kafka when the dead-letter topic has taken so many more of the large letters. */
async function killOncePublished(letterCount: number): Promise<void> {
  const before = await measureLetterLogs();
  while ((await measureLetterLogs()) < before + letterCount * LETTERS.bytes);
  await kafka.kill();
}

async function measureLetterLogs(): Promise<number> {
  const folders = (await readdir(kafka.recordsDir)).filter((name) =>
    name.startsWith(`${DEAD_LETTER_TOPIC}-`),
  );
  const sizes = await Promise.all(
    folders.map(async (folder) => {
      const log = "00000000000000000000.log";
      return (await stat(join(kafka.recordsDir, folder, log))).size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Neighbours that are plays, and rejects; the former's ids are new in each round. */
function makeLargeRejects(round: number) {
  return Array.from({ length: LETTERS.count }, (_, index) => {
    const partition = index % LETTERS.partitions;
    const text = `{"round": ${round}, "index": ${index}, "`;
    return [
      makePlayRecord({ timestamp: "2026-03-01T12:30:00Z" }, partition),
      {
        key: `${round}-${index}`,
        value: text.padEnd(LETTERS.bytes, "x"),
        partition,
      },
    ];
  }).flat();
}

/** Waits until the pollers have noticed that Kafka is gone. */
async function untilProblem({ mappings }: Pipeline): Promise<void> {
  await expect
    .poll(() => mappings.map((mapping) => mapping.lastProcessingResult), {
      timeout: 60_000,
    })
    .toContainEqual(expect.stringMatching(/^PROBLEM: /));
}

async function countLetters(): Promise<number> {
  const [row] = await selectRows<{ count: number }>(
    database.databaseUrls.owner,
    "select count(*)::integer as count from dead_letters",
  );
  return row?.count ?? 0;
}

async function countPublished(): Promise<number> {
  const topics = await openTopicClient(database.kafkaBootstrapServers);
  try {
    return (await topics.readAll([DEAD_LETTER_TOPIC])).length;
  } finally {
    await topics.close();
  }
}

async function list(
  pipeline: Pipeline,
  watch: Awaited<ReturnType<typeof watchProgress>>,
  faults: Readonly<Record<string, number>>,
): Promise<string[]> {
  const topics = await openTopicClient(database.kafkaBootstrapServers);
  const records = await topics.readAll([...DIMENSIONS, STREAM_EVENTS_TOPIC]);
  await topics.close();
  return listViolations({ pipeline, database, records, watch, faults });
}
