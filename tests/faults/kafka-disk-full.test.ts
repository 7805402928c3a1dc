import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { stopKafka } from "#compose/embedded/kafka-broker.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  takeKafka,
  type KafkaInHand,
} from "#tests/support/faults/kafka-in-hand.ts";
import {
  moveToSmallDisk,
  type SmallDisk,
} from "#tests/support/faults/small-disk.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { makePlayRecord } from "#tests/support/pipeline/make-plays.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import {
  openTopicClient,
  type OutgoingRecord,
} from "#tests/support/pipeline/topic-client.ts";

/** Nothing is closed by a schedule: draining does. */
const RUN = { hasSchedules: false };
const [SMALL, LARGE] = [16, 64];
/** One request each; unknown fields of a play are tolerated. */
const PORTION = { plays: 20, paddingBytes: 40_000 };
/** More than the disk holds. */
const MOST_PORTIONS = 40;

const cleanups = createCleanups();
let scene: Scene;
let database: Connections;
let kafka: KafkaInHand;
let disk: SmallDisk;

beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
  database = await scene.beginAnew();
  const { dataDir } = scene.settingsFor(database, RUN);
  kafka = takeKafka(dataDir, database);
  await stopKafka(dataDir);
  disk = await moveToSmallDisk(join(dataDir, "kafka"), SMALL);
  cleanups.add(async () => {
    await stopKafka(dataDir);
    await disk.unmount();
  });
  await kafka.start();
});
afterAll(() => cleanups.run());

it("22: a full disk under Kafka ends its acknowledgements, what it has acknowledged is not lost, and with more room all goes on", async () => {
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, RUN, async (pipeline) => {
    // When plays are sent until Kafka takes no more
    const acknowledged: OutgoingRecord[] = [];
    const refused = await sendUntilRefused(acknowledged);
    const freeBytes = await disk.countFreeBytes();
    await kafka.untilEnded();

    // Then it goes on where it was, once there is room
    await disk.grow(LARGE);
    await kafka.start();
    const topics = await openTopicClient(database.kafkaBootstrapServers);
    cleanups.add(() => topics.close());
    await topics.send(STREAM_EVENTS_TOPIC, refused);
    await pipeline.drain();

    const records = await topics.readAll([...DIMENSIONS, STREAM_EVENTS_TOPIC]);
    const keys = new Set(records.map(({ key }) => String(key)));
    expect(acknowledged.filter(({ key }) => !keys.has(String(key)))).toEqual(
      [],
    );
    const faults = {
      acknowledged: acknowledged.length,
      refused: refused.length,
      isFull: Number(freeBytes < PORTION.plays * PORTION.paddingBytes),
    };
    expect(
      await listViolations({ pipeline, database, records, watch, faults }),
    ).toEqual([]);
  });
});

/** Sends one portion after the other; returns the one that was not taken. */
async function sendUntilRefused(
  acknowledged: OutgoingRecord[],
): Promise<OutgoingRecord[]> {
  const topics = await openTopicClient(database.kafkaBootstrapServers);
  cleanups.add(() => topics.close());
  for (let portion = 1; portion <= MOST_PORTIONS; portion += 1) {
    const plays = Array.from({ length: PORTION.plays }, () =>
      makePlayRecord({ padding: makePadding() }),
    );
    try {
      await topics.send(STREAM_EVENTS_TOPIC, plays);
    } catch {
      return plays;
    }
    acknowledged.push(...plays);
  }
  throw new Error("The disk has taken everything.");
}

const makePadding = (): string =>
  randomBytes(PORTION.paddingBytes / 2).toString("hex");
