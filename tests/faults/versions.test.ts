import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { ensureDatabase } from "#compose/embedded/postgres-roles.ts";
import { DATABASE_ROLES, ensureSecrets } from "#compose/embedded/secrets.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { migrate, readMigrations } from "#shared/adapters/postgres/migrate.ts";
import { setUpDatabase } from "#shared/adapters/postgres/set-up.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
  TOPICS,
} from "#shared/domain/topics.ts";
import { copyAsNextVersion } from "#tests/support/faults/next-version.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { withClient } from "#tests/support/with-client.ts";
import { makePlayRecord } from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import { startRunnerProcess } from "#tests/support/pipeline/start-runner-process.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";

const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** The first of the migrations that are missing: without it no micro-batch can be judged. */
const FIRST_MISSING = 13;
const REBALANCE = { timeout: 60_000 };

const cleanups = createCleanups();
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  cleanups.add(() => scene.close());
});
afterAll(() => cleanups.run());
beforeEach(() => scene.topics.empty(STREAM_EVENTS_TOPIC));

it("32: a record with a field more lands, one with a renamed field is rejected with its reason, and neither costs a neighbour", async () => {
  const database = await scene.beginAnew();
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, {}, async (pipeline) => {
    await send(
      {},
      { mood: "happy", playlist: { id: 1, tags: ["new"] } },
      { user_id: undefined, listener_id: 1 },
    );
    const { plays, rejected } = await pipeline.drain();

    expect(plays.accepted).toBe(2 * PARTITIONS.length);
    expect(Object.keys(rejected)).toEqual(["invalid_schema"]);
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { renamedFields: rejected["invalid_schema"] ?? 0 },
      }),
    ).toEqual([]);
  });
});

it("32: migrations of which half are applied are a fault of the system: no play becomes a dead letter, and all land once the rest is applied", async () => {
  const database = await scene.beginAnew();
  const half = await createHalfMigrated(database);
  const failures = countFailures("aggregate-micro-batch");
  await scene.withPipeline(
    half,
    { wrapInvoker: failures.wrap, hasSchedules: false },
    async (pipeline) => {
      await send({}, { user_id: undefined, listener_id: 1 });
      await expect.poll(failures.count, REBALANCE).toBeGreaterThan(2);
      const failureCount = failures.count();

      expect(await countLetters(half)).toEqual([0, 0]);
      await migrate({ databaseUrl: half.databaseUrls.owner });
      const watch = await watchProgress(half.databaseUrls.owner);
      const { plays, rejected } = await pipeline.drain();

      expect(plays.accepted).toBe(PARTITIONS.length);
      expect(rejected).toEqual({ invalid_schema: PARTITIONS.length });
      expect(
        await listViolations({
          pipeline,
          database: half,
          records: await scene.readRecords(),
          watch,
          faults: { failedMicroBatches: failureCount },
        }),
      ).toEqual([]);
    },
  );
});

it("32: the next version's migration comes under the old version at work, and then both versions share the partitions", async () => {
  const database = await scene.beginAnew();
  const { owner } = database.databaseUrls;
  const next = await copyAsNextVersion();
  cleanups.add(() => next.remove());
  const watch = await watchProgress(owner);
  await scene.withPipeline(database, {}, async (pipeline) => {
    await send({});
    await pipeline.untilConsumed();
    await withClient(owner, (client) => client.query(next.migration));
    await send({}, { mood: "happy" });
    await pipeline.untilConsumed();
    const runner = startRunnerProcess(scene.settingsFor(database, {}), {
      root: next.root,
    });
    cleanups.add(() => runner.kill().catch(() => undefined));
    await untilShared(pipeline, true);
    await send({}, { mood: "happy" }, { user_id: undefined, listener_id: 1 });
    await pipeline.untilConsumed();
    await runner.kill();
    await scene.topics.expelMembers(GROUPS.streamEvents);
    await scene.topics.expelMembers(GROUPS.deadLetters);
    await untilShared(pipeline, false);
    await pipeline.drain();

    const [facts] = await selectRows<{ all: number; next: number }>(
      owner,
      `select (select count(*) from stream_events)::integer as all,
         (select coalesce(sum(fact_count), 0) from next_version_inserts)::integer as next`,
    );
    const byNext = facts?.next ?? 0;
    // A column more is no difference to what the old version knows.
    await withClient(owner, (client) =>
      client.query("alter table stream_events drop column mood"),
    );
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { byNext, byOld: (facts?.all ?? 0) - byNext },
      }),
    ).toEqual([]);
  });
});

/** Sends one play with each of these fields on every partition. */
async function send(
  ...plays: readonly Readonly<Record<string, unknown>>[]
): Promise<void> {
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    plays.flatMap((fields) =>
      PARTITIONS.map((partition) => makePlayRecord(fields, partition)),
    ),
  );
}

/** A new database with the dimensions of another one, and the migrations before `FIRST_MISSING`. */
async function createHalfMigrated(full: Connections): Promise<Connections> {
  const { dataDir } = scene.settingsFor(full, {});
  const access = {
    port: Number(new URL(full.databaseUrls.owner).port),
    secrets: await ensureSecrets(dataDir),
  };
  const name = "half_migrated";
  await ensureDatabase(access, name);
  const [owner, ingest, closer, reader] = DATABASE_ROLES.map((role) =>
    formatDatabaseUrl(access, role, name),
  );
  if (!owner || !ingest || !closer || !reader)
    throw new Error("a role has no URL");
  await migrate({
    databaseUrl: owner,
    migrations: readMigrations().filter(
      ({ version }) => version < FIRST_MISSING,
    ),
  });
  await setUpDatabase({
    databaseUrl: owner,
    topics: TOPICS,
    windowSizeMs: 5 * 60_000,
    hourlyWindowSizeMs: 60 * 60_000,
  });
  for (const dimension of DIMENSIONS) {
    const rows = await selectRows(
      full.databaseUrls.owner,
      `select to_jsonb(d) as row from ${dimension} d`,
    );
    await selectRows(
      owner,
      `insert into ${dimension} select (jsonb_populate_record(null::${dimension}, r)).* from jsonb_array_elements($1) as r`,
      [JSON.stringify(rows.map(({ row }) => row))],
    );
  }
  return {
    kafkaBootstrapServers: full.kafkaBootstrapServers,
    databaseUrls: { owner, ingest, closer, reader },
  };
}

/** Counts the invocations of a function that fail. */
function countFailures(countedFunction: string): {
  readonly wrap: (invoker: Invoker) => Invoker;
  readonly count: () => number;
} {
  let count = 0;
  return {
    count: () => count,
    wrap: (invoker) => ({
      invoke: async (functionName, payload) => {
        const result = await invoker.invoke(functionName, payload);
        if (functionName === countedFunction && result.kind !== "success")
          count += 1;
        return result;
      },
    }),
  };
}

/** Letters in the database, and in their topic. */
async function countLetters(database: Connections): Promise<number[]> {
  const [row] = await selectRows<{ count: number }>(
    database.databaseUrls.owner,
    "select count(*)::integer as count from dead_letters",
  );
  const letters = await scene.topics.readAll([DEAD_LETTER_TOPIC]);
  return [row?.count ?? 0, letters.length];
}

/** Waits until another member of the group has some of the partitions, or none any more. */
async function untilShared(
  { mappings }: Pipeline,
  isShared: boolean,
): Promise<void> {
  const plays = mappings.find(({ topic }) => topic === STREAM_EVENTS_TOPIC);
  await expect
    .poll(() => {
      const count = plays?.partitions.length ?? 0;
      return isShared
        ? count > 0 && count < PARTITIONS.length
        : count === PARTITIONS.length;
    }, REBALANCE)
    .toBe(true);
}
