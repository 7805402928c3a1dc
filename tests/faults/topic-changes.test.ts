import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import {
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
  TOPICS,
} from "#shared/domain/topics.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { ofIncarnation } from "#tests/support/pipeline/incarnations.ts";
import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  openTopicClient,
  type OutgoingRecord,
  type TopicRecord,
} from "#tests/support/pipeline/topic-client.ts";

/** No partition counts as idle, and nothing is closed but by the test. */
const RUN = {
  hasSchedules: false,
  environment: { STREAMING_IDLE_TIMEOUT: "1d" },
};
const [PARTITIONS, MORE_PARTITIONS] = [10, 12];

let scene: Scene;
/** The tests of a topic that was made anew go on with what the one before has left. */
let database: Connections;
/** What `stream-events` held while the database saw it, for each time that it was made. */
const held: TopicRecord[][] = [[]];

beforeAll(async () => {
  scene = await openScene();
  database = await scene.beginAnew();
});
afterAll(() => scene?.close());

it("30: a topic that is deleted and made anew, while it is read and while nobody reads it, is noticed, and nothing of it is swallowed", async () => {
  const watch = await watchProgress(database.databaseUrls.owner);
  const first = planHour(0, 300);
  const resets = await run(async (pipeline) => {
    await scene.topics.send(STREAM_EVENTS_TOPIC, first);
    await pipeline.untilConsumed();
    await makeAnew();
    // Fewer than before, as the client does not notice one that has grown as long between two polls; some are known.
    await scene.topics.send(STREAM_EVENTS_TOPIC, [
      ...planHour(1, 150),
      ...first.slice(0, 10),
    ]);
    await pipeline.untilConsumed();
    await pipeline.untilConsumed();
    return readOutOfRange(pipeline);
  });
  await makeAnew();
  await scene.topics.send(STREAM_EVENTS_TOPIC, planHour(2, 400));

  await run(async (pipeline) => {
    await pipeline.drain();

    await remember();
    expect(held.map((records) => records.length > 0)).toEqual(
      Array(3).fill(true),
    );
    expect(await list(pipeline, watch, { resets })).toEqual([]);
  });
});

it("30: an offset that retention has removed before it was read is noticed, and everything that is left counts", async () => {
  const watch = await watchProgress(database.databaseUrls.owner);
  const { admin } = scene.topics;
  const before = await admin.fetchTopicOffsets(STREAM_EVENTS_TOPIC);
  await scene.topics.send(STREAM_EVENTS_TOPIC, planHour(3, 400));
  const unread = await admin.fetchTopicOffsets(STREAM_EVENTS_TOPIC);

  // When half of what nobody has read is gone
  await admin.deleteTopicRecords({
    topic: STREAM_EVENTS_TOPIC,
    partitions: unread.map(({ partition, high }) => ({
      partition,
      offset: String(
        Math.floor((findOffset(before, partition) + Number(high)) / 2),
      ),
    })),
  });
  const lows = await admin.fetchTopicOffsets(STREAM_EVENTS_TOPIC);

  await run(async (pipeline) => {
    await pipeline.drain();
    await remember();
    const lost = lows.reduce(
      (sum, { partition, low }) =>
        sum + Number(low) - findOffset(before, partition),
      0,
    );
    const outOfRange = readOutOfRange(pipeline);
    expect(outOfRange).toBe(PARTITIONS);
    expect(await list(pipeline, watch, { lost, outOfRange })).toEqual([]);
  });
});

it("31: partitions that are added while the pipeline runs are read, and the watermark waits for them", async () => {
  database = await scene.beginAnew();
  held.splice(0, held.length, []);
  const watch = await watchProgress(database.databaseUrls.owner);
  await run(async (pipeline) => {
    await scene.topics.send(STREAM_EVENTS_TOPIC, planHour(5, 300));
    await pipeline.untilConsumed();
    const { plays } = await pipeline.readStatus();

    // When there are two more
    await scene.topics.admin.createPartitions({
      topicPartitions: [{ topic: STREAM_EVENTS_TOPIC, count: MORE_PARTITIONS }],
    });
    await pipeline.invoke("close-windows", {});
    const watermark = await readWatermark();

    // Then the others do not move the watermark without them
    await scene.topics.send(STREAM_EVENTS_TOPIC, planHour(6, 300));
    await pipeline.untilConsumed();
    await pipeline.invoke("close-windows", {});
    expect(await readWatermark()).toBe(watermark);

    // And their plays, the oldest of all, are read and not late
    const added = [...Array(MORE_PARTITIONS).keys()].slice(PARTITIONS);
    await sendAnew(
      added.flatMap((partition) => [
        makePlayRecord({ timestamp: at(5, 50) }, partition),
        makePlayRecord({ timestamp: at(6, 30) }, partition),
      ]),
    );
    await pipeline.untilConsumed();
    await pipeline.invoke("close-windows", {});
    expect(await readWatermark()).toBe(at(6, 20));
    expect((await pipeline.readStatus()).plays.late).toBe(plays.late);

    await pipeline.drain();
    await remember();
    const ends =
      await scene.topics.admin.fetchTopicOffsets(STREAM_EVENTS_TOPIC);
    expect(
      await list(pipeline, watch, { added: ends.length - PARTITIONS }),
    ).toEqual([]);
  });
});

function run<Result>(
  work: (pipeline: Pipeline) => Promise<Result>,
): Promise<Result> {
  return scene.withPipeline(database, RUN, work);
}

/** Sends by a client that has not known the topic before: the other one would not find its new partitions. */
async function sendAnew(records: readonly OutgoingRecord[]): Promise<void> {
  const topics = await openTopicClient(database.kafkaBootstrapServers);
  await topics.send(STREAM_EVENTS_TOPIC, records);
  await topics.close();
}

/** Deletes the topic and makes it as it was; what it held is remembered. */
async function makeAnew(): Promise<void> {
  await remember();
  held.push([]);
  await scene.topics.admin.deleteTopics({ topics: [STREAM_EVENTS_TOPIC] });
  await createTopics(
    { bootstrapServers: database.kafkaBootstrapServers.split(",") },
    TOPICS,
  );
}

/** Adds what the topic holds to what it has held. */
async function remember(): Promise<void> {
  const now = await scene.topics.readAll([STREAM_EVENTS_TOPIC]);
  const known = new Set(held.at(-1)?.map(nameOf));
  held.at(-1)?.push(...now.filter((record) => !known.has(nameOf(record))));
}

const nameOf = ({ partition, offset }: TopicRecord) => `${partition}:${offset}`;

async function list(
  pipeline: Pipeline,
  watch: Awaited<ReturnType<typeof watchProgress>>,
  faults: Readonly<Record<string, number>>,
): Promise<string[]> {
  const records = [
    ...(await scene.topics.readAll(DIMENSIONS)),
    ...held.flatMap((inOne, index) => ofIncarnation(index + 1, inOne)),
  ];
  return listViolations({ pipeline, database, records, watch, faults });
}

function readOutOfRange({ mappings }: Pipeline): number {
  const plays = mappings.find(({ topic }) => topic === STREAM_EVENTS_TOPIC);
  return plays?.counters().OffsetOutOfRangeCount ?? 0;
}

async function readWatermark(): Promise<string> {
  const [row] = await selectRows<{ watermark: string }>(
    database.databaseUrls.owner,
    `select to_char(watermark at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as watermark
     from topic_watermarks where topic = '${STREAM_EVENTS_TOPIC}'`,
  );
  return row?.watermark ?? "";
}

/** Plays of an hour, some of which have letters. */
function planHour(hour: number, count: number): OutgoingRecord[] {
  const mixIns = { duplicates: 0.03, orphans: 0.03, malformed: 0.05 };
  return planRecords({ from: at(hour), to: at(hour + 1), count, mixIns });
}

const at = (hour: number, minute = 0): string =>
  new Date(Date.UTC(2026, 2, 1, hour, minute)).toISOString();

const findOffset = (
  offsets: readonly { readonly partition: number; readonly high: string }[],
  partition: number,
): number =>
  Number(offsets.find((found) => found.partition === partition)?.high);
