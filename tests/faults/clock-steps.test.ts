import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { stopPostgres } from "#compose/embedded/postgres-server.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  createFakeClock,
  type FakeClock,
} from "#tests/support/faults/fake-clock.ts";
import { restartPostgres } from "#tests/support/faults/restart-postgres.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { makePlayRecord } from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import { startRunnerProcess } from "#tests/support/pipeline/start-runner-process.ts";
import { untilFacts } from "#tests/support/pipeline/until-facts.ts";

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Days off the machine's clock; the pipeline works at the first ones and is quiet at the others. */
const WHILE_BUSY = [1, 0, -1, 0, 1, -1, 1];
const WHILE_QUIET = [-1, 1, 0];
const PORTIONS_PER_HOUR = 6;
const DAY_MS = 24 * 60 * 60_000;
/** What the pipeline does by the clock happens as soon as on one that nobody puts. */
const PATIENCE = { timeout: 60_000 };
const OPTIONS = {
  environment: {
    STREAMING_IDLE_TIMEOUT: "2s",
    STREAMING_REVISION_INTERVAL: "2s",
  },
};

/** What was handled or revised so far ahead of Postgres's clock that only a step can be the cause, and waits for more. */
const AHEAD = `
  select
    (
      select count(*)::integer from partition_ledger
      where topic = 'stream-events' and not is_idle and handled_at > clock_timestamp() + interval '12 hours'
    ) as "handledAhead",
    (
      select count(*)::integer from window_publications
      join revision_marks using (window_kind, window_start)
      where revised_at > clock_timestamp() + interval '12 hours'
    ) as "revisedAhead"`;

const cleanups = createCleanups();
let scene: Scene;
let database: Connections;
let clock: FakeClock;
let dataDir: string;
beforeAll(async () => {
  clock = await createFakeClock();
  cleanups.add(() => clock.remove());
  scene = await openScene();
  cleanups.add(() => scene.close());
  database = await scene.beginAnew();
  ({ dataDir } = scene.settingsFor(database, OPTIONS));
  cleanups.add(async () => {
    await stopPostgres(dataDir);
  });
  await restartPostgres(
    { dataDir, databaseUrl: database.databaseUrls.owner },
    clock.environment,
  );
});
afterAll(() => cleanups.run());

it("29: clocks of Postgres and of the runner that step by a day, back and forth, under work and in quiet, change no table and hold nothing up", async () => {
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  const runner = startRunnerProcess(scene.settingsFor(database, OPTIONS), {
    environment: clock.environment,
  });
  cleanups.add(() => runner.kill().catch(() => undefined));
  const seen = { ahead: 0, behind: 0, handledAhead: 0, revisedAhead: 0 };
  const look = async () => {
    const days = await readPostgresDays();
    seen.ahead += Number(days > 0);
    seen.behind += Number(days < 0);
  };

  // Plays are on their way when the clock steps, and more come after it: the first may have been handled before.
  let sent = 0;
  for (const [portion, days] of WHILE_BUSY.entries()) {
    sent += await send(portion);
    await clock.set(days);
    sent += await send(portion);
    await untilFacts(owner, sent);
    await look();
  }
  // The stream stops a day ahead, with late plays of a window that was revised there, and in an hour that is still open.
  await expect.poll(countUnfinished, PATIENCE).toBe(0);
  sent += await send(WHILE_BUSY.length + PORTIONS_PER_HOUR);
  await untilFacts(owner, sent);
  for (const [step, days] of WHILE_QUIET.entries()) {
    await clock.set(days);
    await look();
    if (step === 0) {
      const [ahead] = await selectRows<Partial<typeof seen>>(owner, AHEAD);
      Object.assign(seen, ahead);
    }
    await expect.poll(countUnfinished, PATIENCE).toBe(0);
  }
  const runnerDays = await readRunnerDays();
  await runner.kill();
  await scene.topics.expelMembers(GROUPS.streamEvents);
  await scene.topics.expelMembers(GROUPS.deadLetters);

  await scene.withPipeline(database, OPTIONS, async (pipeline) => {
    const { plays } = await pipeline.drain();

    expect(plays.late).toBeGreaterThan(0);
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: {
          ...seen,
          runnerAhead: runnerDays.filter((days) => days > 0).length,
          runnerBehind: runnerDays.filter((days) => days < 0).length,
        },
      }),
    ).toEqual([]);
  });
});

/** Plays of the portion's ten minutes, and late ones of noon; returns how many. */
async function send(portion: number): Promise<number> {
  const times = [at(0), at(20 + portion * 10), at(25 + portion * 10)];
  const records = times.flatMap((timeMs) =>
    PARTITIONS.map((partition) =>
      makePlayRecord(
        { timestamp: new Date(timeMs).toISOString(), user_id: 1 + partition },
        partition,
      ),
    ),
  );
  await scene.topics.send(STREAM_EVENTS_TOPIC, records);
  return records.length;
}

/** Windows that are open, wait for their publication or for a revision. */
async function countUnfinished(): Promise<number> {
  const [row] = await selectRows<{ count: number }>(
    database.databaseUrls.owner,
    `select (
       (select count(*) from (select distinct window_kind, window_start from window_partials))
       + (select count(*) from (select distinct window_kind, window_start from revision_marks))
     )::integer as count`,
  );
  return row?.count ?? 0;
}

const at = (minute: number): number => Date.UTC(2026, 2, 1, 12, minute);

/** How many days Postgres's clock is off the machine's. */
async function readPostgresDays(): Promise<number> {
  const [row] = await selectRows<{ ms: number }>(
    database.databaseUrls.owner,
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms",
  );
  return countDaysOff(row?.ms ?? Number.NaN);
}

/** How many days the clock of the runner's functions was off the machine's, for each line that they have logged. */
async function readRunnerDays(): Promise<number[]> {
  const log = await readFile(
    join(dataDir, "logs", "aggregate-micro-batch.log"),
    "utf8",
  );
  return [...log.matchAll(/"timestamp":"([^"]+)"/g)].map(([, time]) =>
    countDaysOff(Date.parse(time ?? "")),
  );
}

const countDaysOff = (timeMs: number): number =>
  Math.round((timeMs - Date.now()) / DAY_MS);
