import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { rebuild } from "#compose/rebuild/rebuild.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { closeDueWindows } from "#functions/close-windows/close-due-windows.ts";
import { closeWindows } from "#functions/close-windows/close-windows.ts";
import { splitRecords } from "#functions/aggregate-micro-batch/split-records.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createStreamEventWarehouse } from "#shared/adapters/postgres/stream-event-warehouse.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { findMiscounted } from "#tests/support/faults/find-miscounted.ts";
import { logClosings, readCuts } from "#tests/support/faults/measure-cuts.ts";
import { spreadPlays } from "#tests/support/faults/spread-plays.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { PLENTY_OF_TIME } from "#tests/support/invocation-time.ts";
import { readChaosSeed } from "#tests/support/pipeline/chaos-seed.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import type { TopicRecord } from "#tests/support/pipeline/topic-client.ts";

/** Each has a writer of its own. */
const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const CLOSERS = 2;
const MICRO_BATCH = 5;
/** About 20 s; 20 times as many take minutes. */
const PLAYS_PER_PARTITION = Number(
  process.env["CLOSING_PLAYS_PER_PARTITION"] ?? 400,
);
const MOST_CUT_MS = 500;
const TIMEOUT_MS = 20 * 60_000;
const SEED = readChaosSeed();

const cleanups = createCleanups();
let scene: Scene;
let database: Connections;
let dataDir: string;
beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
  database = await scene.beginAnew();
  ({ dataDir } = scene.settingsFor(database, {}));
});
afterAll(() => cleanups.run());

it(
  `28: every play is in its window at every moment while ten writers, two closers and a rebuild work at once, and no cut lasts half a second (CHAOS_SEED=${SEED} draws the same plays again)`,
  async () => {
    await scene.topics.send(
      STREAM_EVENTS_TOPIC,
      spreadPlays({
        partitions: PARTITIONS,
        perPartition: PLAYS_PER_PARTITION,
        seed: SEED,
      }),
    );
    const records = await scene.topics.readAll([STREAM_EVENTS_TOPIC]);
    const { owner, reader } = database.databaseUrls;
    await logClosings({ dataDir, databaseUrl: owner });
    const watch = await watchProgress(owner);

    const written = new AbortController();
    const untilWritten = async <Result>(
      work: () => Promise<Result>,
    ): Promise<Result[]> => {
      const results: Result[] = [];
      while (!written.signal.aborted) results.push(await work());
      return results;
    };
    const [looks, rebuilt, ...closed] = await Promise.all([
      untilWritten(() => findMiscounted(reader)),
      untilWritten(() =>
        rebuild({
          databaseUrl: owner,
          from: "2026-02-28T00:00:00Z",
          to: "2026-04-01T00:00:00Z",
        }),
      ),
      ...Array.from({ length: CLOSERS }, () => {
        const close = openCloser();
        return untilWritten(() => close({ flush: true }, PLENTY_OF_TIME));
      }),
      Promise.all(PARTITIONS.map((partition) => write(partition, records)))
        .then(() => [])
        .finally(() => written.abort()),
    ]);

    const cuts = await readCuts({ dataDir });
    const summaries = closed.flat().map(({ summary }) => summary);
    const sum = (name: string) =>
      summaries.reduce((total, summary) => total + Number(summary[name]), 0);
    expect(new Set(looks.flat())).toEqual(new Set());
    expect(Math.max(...cuts)).toBeLessThan(MOST_CUT_MS);
    // A pipeline now reads all of it once more, and has nothing to add.
    await scene.withPipeline(database, {}, async (pipeline) => {
      const { plays } = await pipeline.drain();

      expect(plays.redelivered).toBe(records.length);
      expect(
        await listViolations({
          pipeline,
          database,
          records: await scene.readRecords(),
          watch,
          faults: {
            looks: looks.length,
            latePlays: plays.late,
            cuts: cuts.length,
            windowsPublished: sum("merged"),
            windowsRevised: sum("recomputed"),
            windowsRebuilt: rebuilt.reduce(
              (total, { windowCount }) => total + windowCount,
              0,
            ),
          },
        }),
      ).toEqual([]);
    });
  },
  TIMEOUT_MS,
);

/** Applies a partition's records as its function does, one micro-batch after the other, and closes what is due. */
async function write(
  partition: number,
  all: readonly TopicRecord[],
): Promise<void> {
  const records = all.filter((record) => record.partition === partition);
  const warehouse = createStreamEventWarehouse({
    databaseUrl: database.databaseUrls.ingest,
    ...connection(`writer ${partition}`),
  });
  cleanups.add(() => warehouse.close());
  const close = closeDueWindows({
    windowStore: openWindowStore(`writer ${partition}`),
  });
  for (let first = 0; first < records.length; first += MICRO_BATCH) {
    const microBatch = splitRecords(
      STREAM_EVENTS_TOPIC,
      records.slice(first, first + MICRO_BATCH),
    );
    await warehouse.applyMicroBatch(microBatch, (rejections) =>
      Promise.reject(new Error(`${rejections.length} plays are rejected`)),
    );
    await close(() => true);
  }
}

function openCloser(): ReturnType<typeof closeWindows> {
  const topicOffsets = createTopicOffsets({
    bootstrapServers: database.kafkaBootstrapServers.split(","),
  });
  cleanups.add(() => topicOffsets.close());
  return closeWindows({
    windowStore: openWindowStore("closer"),
    topicOffsets,
    topic: STREAM_EVENTS_TOPIC,
    consumerGroup: GROUPS.streamEvents,
    // The plays alone move the watermark.
    idleTimeoutMs: 24 * 60 * 60_000,
    revisionIntervalMs: 0,
  });
}

function openWindowStore(name: string) {
  const store = createWindowStore({
    databaseUrl: database.databaseUrls.closer,
    topic: STREAM_EVENTS_TOPIC,
    allowedLatenessMs: 10 * 60_000,
    ...connection(name),
  });
  cleanups.add(() => store.close());
  return store;
}

const connection = (applicationName: string) => ({
  applicationName,
  transactionTimeoutMs: 50_000,
});
