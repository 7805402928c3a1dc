import { setTimeout as delay } from "node:timers/promises";

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { measureResidentMb } from "#tests/support/faults/measure-resident.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import {
  watchProgress,
  type ProgressWatch,
} from "#tests/support/invariants/watch-progress.ts";
import { listFailedChecks } from "#tests/support/pipeline/list-failed-checks.ts";
import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import { NEW_ID, NEW_ROWS } from "#tests/support/pipeline/new-rows.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import { startRunnerProcess } from "#tests/support/pipeline/start-runner-process.ts";
import { untilFacts } from "#tests/support/pipeline/until-facts.ts";

/** The long form: LOAD_SECONDS=600. */
const OVERLOAD_SECONDS = Number(process.env["LOAD_SECONDS"] ?? 8);
/** Small micro-batches, so that little data is three times too much. */
const BATCH_SIZE = 20;
const TOPICS = [...DIMENSIONS, STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC];
/** Of it the second half is measured: a process that has just started is several times as slow. */
const BACKLOG = 4000;
const FIRST_MS = Date.UTC(2026, 2, 1);
const FLOOD = 6000;

let scene: Scene;
let database: Connections;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());
beforeEach(async () => {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  database = await scene.beginAnew();
});

it(
  "three times the plays that can be sustained: the lag grows, memory does not, nothing is lost, and the lag falls back",
  { timeout: OVERLOAD_SECONDS * 20_000 + 200_000 },
  async () => {
    const { owner } = database.databaseUrls;
    const watch = await watchProgress(owner);
    const runner = startRunnerProcess(
      scene.settingsFor(database, { batchSize: BATCH_SIZE, topics: TOPICS }),
    );
    const minutes = countMinutes();
    await sendPlays(minutes, BACKLOG);
    const warm = await untilFacts(owner, BACKLOG / 2);
    const measuredFromMs = performance.now();
    const done = await untilFacts(owner, BACKLOG);
    const sustained =
      ((done - warm) / (performance.now() - measuredFromMs)) * 1000;

    const samples: { readonly lag: number; readonly residentMb: number }[] = [];
    let sent = BACKLOG;
    const startMs = performance.now();
    for (let second = 1; second <= OVERLOAD_SECONDS; second += 1) {
      const portion = Math.ceil(sustained * 3);
      await sendPlays(minutes, portion);
      sent += portion;
      samples.push({
        lag: sent - (await untilFacts(owner, 0)),
        residentMb: await measureResidentMb(runner.pid),
      });
      await delay(startMs + second * 1000 - performance.now());
    }
    const offered = ((sent - BACKLOG) / (performance.now() - startMs)) * 1000;
    const lags = samples.map(({ lag }) => lag);
    await untilFacts(owner, sent, OVERLOAD_SECONDS * 10_000 + 60_000);
    await runner.stop();

    expect(offered / sustained).toBeGreaterThan(2);
    expect(lags.at(-1)).toBeGreaterThan((lags[0] ?? Infinity) * 2);
    const [early, late] = halve(samples.map(({ residentMb }) => residentMb));
    expect(late / early).toBeLessThan(1.3);
    await expectInvariants(watch, { overloadedSeconds: OVERLOAD_SECONDS });
  },
);

it("a flood of dead letters, as every play is an orphan, is stored at a steady rate, and every play lands once its user has come", async () => {
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  await scene.withPipeline(database, { topics: TOPICS }, async (pipeline) => {
    await scene.topics.send(
      STREAM_EVENTS_TOPIC,
      Array.from({ length: FLOOD }, () => makePlayRecord({ user_id: NEW_ID })),
    );
    const beganMs = await untilLetters(1);
    const halfMs = await untilLetters(FLOOD / 2);
    const endedMs = await untilLetters(FLOOD);

    expect(endedMs - halfMs).toBeLessThan((halfMs - beganMs) * 3 + 2000);

    await scene.topics.send("users", [
      { key: String(NEW_ID), value: JSON.stringify(NEW_ROWS.users) },
    ]);
    const { plays, letters } = await pipeline.drain();

    expect(plays.accepted).toBe(FLOOD);
    expect(letters).toMatchObject({ resolved: FLOOD, waiting: 0, buried: 0 });
    expect(await listFailedChecks(pipeline, database)).toEqual([]);
  });
  expect(await watch.stop()).toEqual([]);
});

const at = (ms: number): string => new Date(ms).toISOString();

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Counts the minutes of event time that portions of plays have taken. */
function countMinutes(): () => number {
  let minutes = 0;
  return () => (minutes += 1);
}

/** Sends plays of the next minute of event time. */
function sendPlays(nextMinute: () => number, count: number): Promise<void> {
  const toMs = FIRST_MS + nextMinute() * 60_000;
  return scene.topics.send(
    STREAM_EVENTS_TOPIC,
    planRecords({ from: at(toMs - 60_000), to: at(toMs), count }),
  );
}

/** The means of the first and of the second half. */
function halve(numbers: readonly number[]): readonly [number, number] {
  const middle = Math.ceil(numbers.length / 2);
  return [mean(numbers.slice(0, middle)), mean(numbers.slice(middle))];
}

/** Waits until so many dead letters are stored, and returns when. */
async function untilLetters(leastCount: number): Promise<number> {
  await expect
    .poll(
      async () => {
        const [row] = await selectRows<{ count: number }>(
          database.databaseUrls.owner,
          "select count(*)::integer as count from dead_letters",
        );
        return row?.count;
      },
      { timeout: 120_000 },
    )
    .toBeGreaterThanOrEqual(leastCount);
  return performance.now();
}

async function expectInvariants(
  watch: ProgressWatch,
  faults: Readonly<Record<string, number>>,
): Promise<void> {
  for (const group of Object.values(GROUPS))
    await scene.topics.expelMembers(group);
  await scene.withPipeline(database, {}, async (pipeline) => {
    await pipeline.drain();
    const records = await scene.readRecords();
    expect(
      await listViolations({ pipeline, database, records, watch, faults }),
    ).toEqual([]);
  });
}
