import { afterAll, beforeAll, expect, it } from "vitest";

import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { CASES } from "#tests/support/pipeline/cases.ts";
import { readChaosSeed } from "#tests/support/pipeline/chaos-seed.ts";
import {
  injectChaos,
  MISHAPS,
  type MishapPlan,
} from "#tests/support/pipeline/inject-chaos.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { RunnerWork } from "#tests/support/pipeline/runner-work.ts";
import {
  startRunnerProcess,
  type RunnerProcess,
} from "#tests/support/pipeline/start-runner-process.ts";
import type { OutgoingRecord } from "#tests/support/pipeline/topic-client.ts";

const FUNCTION_NAME = "aggregate-micro-batch";
const SEED = readChaosSeed();
const KILLS = 2;
const SHARE_OF_MISHAPS = 0.4;
const PARTITIONS = 10;
/**
 * Three mishaps of five are followed by a back-off: a quarter of the invocations, and each one more in a row doubles it.
 * The drain is two invocations at a time, so some 24 batches one after the other. With the choice's 30 s, where seven in a
 * row make 91 s, one row of batches in 400 waits for longer than a drain may take; with 2 s, not one in a million, even
 * were all 48 in one.
 */
const MAXIMUM_BACKOFF_MS = 2000;
/** A dead member's partitions come back when its session has timed out; a new one has a process to start first. */
const REBALANCE_TIMEOUT_MS = 60_000;
/** Mishaps in a row make the back-off long. */
const WORK_TIMEOUT_MS = 60_000;
type MishapCounts = RunnerWork["mishaps"];

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());

it.each(["listed", "from_lowest"] as const)(
  `killed pollers, rebalances, throttles, lost answers and partial failures (read as %s) end with the tables of a fault-free run and the poison alone in the dead letters (CHAOS_SEED=${SEED} draws the same again)`,
  async (partialFailures) => {
    // given a stream with poison in it, of which each portion comes while the pollers are in another state
    await scene.topics.empty(STREAM_EVENTS_TOPIC);
    const mixed = CASES.find(({ name }) => name.includes("malformed"));
    const records = mixed?.makeRecords([...Array(PARTITIONS).keys()]) ?? [];
    const portions = cutIntoPortions(records, KILLS * 3 + 1);
    const database = await scene.beginAnew();
    const chaos = injectChaos(planMishaps(0));
    const mishapsOfKilled: MishapCounts[] = [];
    const settings = {
      batchSize: 50,
      partialFailures,
      maximumBackoffMs: MAXIMUM_BACKOFF_MS,
    };
    const send = () =>
      scene.topics.send(STREAM_EVENTS_TOPIC, portions.shift() ?? []);

    // when a second runner joins the group and is killed in its work, again and again, under mishaps of all kinds
    await send();
    await scene.withPipeline(
      database,
      { ...settings, wrapInvoker: chaos.wrap },
      async (pipeline) => {
        for (let kill = 1; kill <= KILLS; kill += 1) {
          const other = startRunnerProcess({
            ...scene.settingsFor(database, settings),
            mishaps: planMishaps(kill),
          });
          await untilOwned(
            pipeline,
            (count) => count > 0 && count < PARTITIONS,
          );
          await send();
          // It has met a mishap, or done all it had without one.
          await untilWork(
            other,
            ({ answeredCount, lag, mishaps }) =>
              countMishaps(mishaps) > 0 || (answeredCount > 0 && lag === 0),
          );
          other.holdInvocations();
          await send();
          await untilWork(
            other,
            ({ heldCount, lag }) => heldCount > 0 && lag > 0,
          );
          await other.kill();
          mishapsOfKilled.push(other.work?.mishaps ?? {});
          await send();
          await untilOwned(pipeline, (count) => count === PARTITIONS);
        }
        await pipeline.drain();
      },
    );

    // then every mishap happened, in the killed runners too, and nothing shows of it
    expect(portions).toEqual([]);
    const all = [chaos.counts(), ...mishapsOfKilled];
    expect(
      MISHAPS.filter((mishap) => all.every((counts) => !counts[mishap])),
    ).toEqual([]);
    expect(
      mishapsOfKilled.reduce((sum, counts) => sum + countMishaps(counts), 0),
    ).toBeGreaterThan(0);
    const sent = await scene.readRecords();
    expect(
      await listDifferences(
        database.databaseUrls.owner,
        sent,
        await expectTables(sent),
      ),
    ).toEqual([]);
  },
);

const planMishaps = (stream: number): MishapPlan => ({
  functionName: FUNCTION_NAME,
  share: SHARE_OF_MISHAPS,
  seed: SEED,
  stream,
});

function cutIntoPortions(
  records: readonly OutgoingRecord[],
  count: number,
): OutgoingRecord[][] {
  const size = Math.ceil(records.length / count);
  return Array.from({ length: count }, (_, index) =>
    records.slice(index * size, (index + 1) * size),
  );
}

const countMishaps = (counts: MishapCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

async function untilWork(
  runner: RunnerProcess,
  accept: (work: RunnerWork) => boolean,
): Promise<void> {
  await expect
    .poll(() => runner.work !== null && accept(runner.work), {
      timeout: WORK_TIMEOUT_MS,
    })
    .toBe(true);
}

async function untilOwned(
  pipeline: Pipeline,
  accept: (partitionCount: number) => boolean,
): Promise<void> {
  const mapping = pipeline.mappings.find(
    ({ topic }) => topic === STREAM_EVENTS_TOPIC,
  );
  await expect
    .poll(() => accept(mapping?.partitions.length ?? 0), {
      timeout: REBALANCE_TIMEOUT_MS,
    })
    .toBe(true);
}
