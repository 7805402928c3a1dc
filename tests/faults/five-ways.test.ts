import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { compareTables } from "#tests/support/oracle/compare-tables.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { ExpectedTables } from "#tests/support/oracle/types.ts";
import { CASES } from "#tests/support/pipeline/cases.ts";
import { readChaosSeed } from "#tests/support/pipeline/chaos-seed.ts";
import {
  countInvocations,
  deliverTwice,
} from "#tests/support/pipeline/invokers.ts";
import { runWithKills } from "#tests/support/pipeline/run-with-kills.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import { shuffleRecords } from "#tests/support/pipeline/shuffle-records.ts";
import type {
  OutgoingRecord,
  TopicRecord,
} from "#tests/support/pipeline/topic-client.ts";
import { untilFacts } from "#tests/support/pipeline/until-facts.ts";

/** Longer than any case takes, so that a batch is closed by its size alone. */
const ENDLESS_WINDOW_MS = 60_000;
const MICRO_BATCHES = 100;
const KILLS = 2;
const SEED = readChaosSeed();

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());

describe.each(CASES)(
  "$name",
  ({ makeRecords, partitions, shuffledPartitions, leastLateWhenShuffled }) => {
    let sent: OutgoingRecord[];
    let records: TopicRecord[];
    let expected: ExpectedTables;
    let playCount: number;
    let smallBatchSize: number;

    beforeAll(async () => {
      await scene.topics.empty(STREAM_EVENTS_TOPIC);
      sent = makeRecords(partitions);
      await scene.topics.send(STREAM_EVENTS_TOPIC, sent);
      records = await scene.readRecords();
      expected = await expectTables(records);
      playCount = expected.outcomes.length;
      smallBatchSize = Math.ceil(playCount / MICRO_BATCHES);
    });

    it("gives the oracle's tables, outcomes and letters in one micro-batch", async () => {
      const database = await scene.beginAnew();
      const counter = countInvocations("aggregate-micro-batch");

      const options = {
        batchSize: playCount,
        batchingWindowMs: ENDLESS_WINDOW_MS,
        wrapInvoker: counter.wrap,
      };
      await scene.withPipeline(database, options, (pipeline) =>
        pipeline.drain(),
      );

      expect(counter.count()).toBe(1);
      expect(
        await listDifferences(database.databaseUrls.owner, records, expected),
      ).toEqual([]);
    });

    it("gives the same in many micro-batches", async () => {
      const database = await scene.beginAnew();
      const counter = countInvocations("aggregate-micro-batch");

      const options = { batchSize: smallBatchSize, wrapInvoker: counter.wrap };
      await scene.withPipeline(database, options, (pipeline) =>
        pipeline.drain(),
      );

      expect(counter.count()).toBeGreaterThanOrEqual(
        playCount / smallBatchSize,
      );
      expect(
        await listDifferences(database.databaseUrls.owner, records, expected),
      ).toEqual([]);
    });

    it("gives the same when each micro-batch comes twice at once, and again after a rewind", async () => {
      const database = await scene.beginAnew();
      const options = {
        batchSize: smallBatchSize * 3,
        wrapInvoker: deliverTwice("aggregate-micro-batch"),
      };
      const halfOfTheFacts = Math.floor(expected.facts.length / 2);

      await scene.withPipeline(database, options, () =>
        untilFacts(database.databaseUrls.owner, halfOfTheFacts),
      );
      await scene.topics.rewind(GROUPS.streamEvents);
      const status = await scene.withPipeline(database, options, (pipeline) =>
        pipeline.drain(),
      );

      expect(status.plays.redelivered).toBeGreaterThan(playCount);
      expect(
        await listDifferences(database.databaseUrls.owner, records, expected),
      ).toEqual([]);
    });

    it(`gives the same when the runner is killed again and again (CHAOS_SEED=${SEED} draws the same moments again)`, async () => {
      const database = await scene.beginAnew();
      const options = { batchSize: smallBatchSize };

      const factsAtKills = await runWithKills(scene, database, options, {
        kills: KILLS,
        factCount: expected.facts.length,
        seed: SEED,
      });
      await scene.withPipeline(database, options, (pipeline) =>
        pipeline.drain(),
      );

      for (const facts of factsAtKills) {
        expect(facts).toBeGreaterThan(0);
        expect(facts).toBeLessThan(expected.facts.length);
      }
      expect(
        await listDifferences(database.databaseUrls.owner, records, expected),
      ).toEqual([]);
    });

    it("gives the same tables when the records come in another order and on other partitions", async () => {
      await scene.topics.empty(STREAM_EVENTS_TOPIC);
      await scene.topics.send(
        STREAM_EVENTS_TOPIC,
        shuffleRecords(sent, shuffledPartitions),
      );
      const shuffled = await scene.readRecords();
      const expectedOfShuffled = await expectTables(shuffled);
      const database = await scene.beginAnew();

      const status = await scene.withPipeline(
        database,
        { batchSize: smallBatchSize * 3 },
        (pipeline) => pipeline.drain(),
      );

      expect(compareTables(expectedOfShuffled.facts, expected.facts)).toEqual(
        [],
      );
      expect(status.plays.late).toBeGreaterThanOrEqual(leastLateWhenShuffled);
      expect(
        await listDifferences(
          database.databaseUrls.owner,
          shuffled,
          expectedOfShuffled,
        ),
      ).toEqual([]);
    });
  },
);
