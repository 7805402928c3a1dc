import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  readConnectionEnv,
  type Connections,
} from "#compose/embedded/connection-env.ts";
import { stopStack } from "#compose/embedded/stack.ts";
import { rebuild } from "#compose/rebuild/rebuild.ts";
import { replay, type ReplayStart } from "#compose/replay/replay.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { claimRunner } from "#compose/runner/runner-claim.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { runToEnd } from "#tests/integration/compose/cli/spawn-command.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { withClient } from "#tests/support/with-client.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { planRecords } from "#tests/support/pipeline/make-plays.ts";
import { listWrittenRows } from "#tests/support/pipeline/list-written-rows.ts";
import {
  METRIC_NAMES,
  METRIC_TABLES,
  selectRows,
} from "#tests/support/pipeline/read-tables.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";

const SPAN = { from: "2026-03-01T12:00:00Z", to: "2026-03-01T14:00:00Z" };
const PLAYS = 2000;
/** No partition counts as idle and nothing is closed by a schedule: draining does. */
const RUN = { hasSchedules: false };
const FROM_START: ReplayStart = { kind: "offset", offset: 0 };

let scene: Scene;
let expected: Awaited<ReturnType<typeof expectTables>>;
let records: Awaited<ReturnType<Scene["readRecords"]>>;
/** All tests go on with what the one before has left: a database that agrees with the oracle. */
let database: Connections;
beforeAll(async () => {
  scene = await openScene();
  const mixIns = { duplicates: 0.05, orphans: 0.02, malformed: 0.02 };
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    planRecords({ ...SPAN, count: PLAYS, mixIns }),
  );
  records = await scene.readRecords();
  expected = await expectTables(records);
  database = await scene.beginAnew();
  await consume();
});
afterAll(() => scene?.close());

describe("a replay", () => {
  it("that missed nothing changes no fact and no metric row, and counts all records as redelivered", async () => {
    const before = await readEverything();

    const moves = await replayFrom(FROM_START);
    const status = await consume();

    expect(sumReadAgain(moves)).toBe(countPlayRecords());
    expect(await readEverything()).toEqual(before);
    expect(status.plays).toMatchObject({
      redelivered: countPlayRecords(),
      late: 0,
    });
    expect(await listDifferencesNow()).toEqual([]);
  });

  it("brings back plays that were lost after their windows had closed", async () => {
    await withClient(database.databaseUrls.owner, (owner) =>
      owner.query(
        `delete from stream_events where "timestamp" >= '2026-03-01T12:30:00Z' and "timestamp" < '2026-03-01T13:15:00Z'`,
      ),
    );
    // Who rebuilds at the wrong time makes the loss visible in the metric tables.
    await rebuild({ databaseUrl: database.databaseUrls.owner, ...SPAN });
    expect(await listDifferencesNow()).not.toEqual([]);

    await replayFrom(FROM_START);
    await consume();

    expect(await listDifferencesNow()).toEqual([]);
  });

  it("mends a database restored from a backup that is older than the group's commits", async () => {
    // As it was before the first play.
    database = await scene.restoreBackup();
    await consume();
    expect(await selectCount("stream_events")).toBe(0);

    await replayFrom({ kind: "time", timestampMs: 0 });
    await consume();

    expect(await listDifferencesNow()).toEqual([]);
  });

  it("from a time reads what Kafka took since then, and from the end nothing", async () => {
    const taken = records
      .filter(({ topic }) => topic === STREAM_EVENTS_TOPIC)
      .map(({ timestampMs }) => timestampMs)
      .toSorted((a, b) => a - b);
    const middle = taken[Math.floor(taken.length / 2)] ?? 0;

    const none = await replayFrom({
      kind: "time",
      timestampMs: (taken.at(-1) ?? 0) + 1,
    });
    const some = await replayFrom({ kind: "time", timestampMs: middle });

    expect(sumReadAgain(none)).toBe(0);
    expect(sumReadAgain(some)).toBe(
      taken.filter((timestampMs) => timestampMs >= middle).length,
    );
    expect(await readCommitted()).toEqual(
      some.map(({ partition, to }) => [partition, to]),
    );
  });

  it("of one partition leaves the others where they are", async () => {
    const before = await readCommitted();

    await replayFrom({ kind: "offset", offset: 7, partition: 3 });

    expect(await readCommitted()).toEqual(
      before.map(([partition, offset]) => [
        partition,
        partition === 3 ? 7 : offset,
      ]),
    );
  });

  it("is refused from an offset whose record was taken before the retention horizon, and moves nothing", async () => {
    // The partition's records, one of them as the horizon.
    const taken = records
      .filter(
        ({ topic, partition }) =>
          topic === STREAM_EVENTS_TOPIC && partition === 3,
      )
      .toSorted((a, b) => a.offset - b.offset);
    await replayFrom({ kind: "offset", offset: 0, partition: 3 });
    await consume();
    const before = await readCommitted();
    const horizonMs = taken.at(-1)?.timestampMs ?? 0;
    const first = taken.find(({ timestampMs }) => timestampMs === horizonMs);

    await expect(
      replayFrom({ kind: "offset", offset: 0, partition: 3 }, horizonMs),
    ).rejects.toMatchObject({
      code: "before_retention_horizon",
      message: expect.stringContaining(
        `0 of partition 3 (there from ${first?.offset} on)`,
      ),
    });
    await expect(
      replayFrom({ kind: "time", timestampMs: horizonMs - 1 }, horizonMs),
    ).rejects.toMatchObject({ code: "before_retention_horizon" });
    expect(await readCommitted()).toEqual(before);

    await replayFrom(
      { kind: "offset", offset: first?.offset ?? 0, partition: 3 },
      horizonMs,
    );

    expect(await readCommitted()).toContainEqual([3, first?.offset]);
  });

  it("is refused while the group has members, and moves nothing", async () => {
    await scene.withPipeline(database, RUN, async (pipeline) => {
      await pipeline.untilConsumed();
      const before = await readCommitted();

      await expect(replayFrom(FROM_START)).rejects.toMatchObject({
        code: "group_in_use",
        message: expect.stringContaining("npm run down"),
      });
      expect(await readCommitted()).toEqual(before);
    });
  });

  it("of a partition that is not there is refused", async () => {
    await expect(
      replayFrom({ kind: "offset", offset: 0, partition: 10 }),
    ).rejects.toMatchObject({ code: "unknown_partition" });
  });
});

describe("npm run replay", () => {
  it("is refused while a runner works on the data directory", async () => {
    const { dataDir } = scene.settingsFor(database, RUN);
    const claim = await claimRunner(dataDir);

    const { exitCode, stderr } = await runToEnd("replay", {
      args: ["--data-dir", dataDir, "--from-offset", "0"],
    });
    await claim.release();

    expect(exitCode).toBe(1);
    expect(stderr).toContain("stop it with npm run down");
  });

  it("asks for the horizon and prints old and new positions, on running servers and, after npm run down, on its own", async () => {
    const { dataDir } = scene.settingsFor(database, RUN);
    const [[, end] = []] = await readCommitted();
    const command = (...args: readonly string[]) =>
      runToEnd("replay", {
        args: ["--data-dir", dataDir, ...args],
        environment: {
          KAFKA_PORT: readPort(database.kafkaBootstrapServers),
          POSTGRES_PORT: new URL(database.databaseUrls.owner).port,
        },
      });
    const connections = await readConnectionEnv(dataDir);
    await withClient(connections?.databaseUrls.owner ?? "", (owner) =>
      owner.query(
        "update retention_horizons set horizon = '2020-01-01' where kept = 'facts'",
      ),
    );

    const running = await command("--from-offset", "5");
    const early = ["--from", "2019-12-31T23:59:59Z"];
    const refused = await command(...early);
    await stopStack({ dataDir });
    const stopped = await command("--from-offset", "4");
    const refusedAgain = await command(...early);

    expect(running).toMatchObject({ exitCode: 0, stderr: "" });
    expect(running.stdout).toMatch(
      new RegExp(`│ 0 +│ ${end} +│ 5 +│ ${Number(end) - 5} `),
    );
    expect(stopped).toMatchObject({ exitCode: 0 });
    expect(stopped.stdout).toMatch(/│ 0 +│ 5 +│ 4 +│ 1 /);
    for (const { exitCode, stdout, stderr } of [refused, refusedAgain]) {
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain("Give --from 2020-01-01T00:00:00Z or later.\n");
    }
    expect(await stopStack({ dataDir })).toEqual({
      kafka: false,
      postgres: false,
    });
  });
});

/** Runs a pipeline until nothing is left to read, with all windows closed. */
function consume(): Promise<Status> {
  return scene.withPipeline(database, RUN, (pipeline) => pipeline.drain());
}

function replayFrom(start: ReplayStart, horizonMs = -Infinity) {
  return replay({
    kafkaBootstrapServers: database.kafkaBootstrapServers,
    topic: STREAM_EVENTS_TOPIC,
    consumerGroup: GROUPS.streamEvents,
    start,
    horizonMs,
  });
}

function sumReadAgain(
  moves: readonly {
    readonly from: number | null;
    readonly to: number | null;
  }[],
): number {
  return moves.reduce((sum, { from, to }) => sum + (from ?? 0) - (to ?? 0), 0);
}

function countPlayRecords(): number {
  return records.filter(({ topic }) => topic === STREAM_EVENTS_TOPIC).length;
}

async function readCommitted(): Promise<(readonly [number, number])[]> {
  const [answer] = await scene.topics.admin.fetchOffsets({
    groupId: GROUPS.streamEvents,
    topics: [STREAM_EVENTS_TOPIC],
  });
  return (answer?.partitions ?? [])
    .map(({ partition, offset }) => [partition, Number(offset)] as const)
    .toSorted(([a], [b]) => a - b);
}

function listDifferencesNow(): Promise<string[]> {
  return listDifferences(database.databaseUrls.owner, records, expected);
}

/** Facts, metric rows and publications. */
function readEverything(): Promise<string[]> {
  return listWrittenRows(database.databaseUrls.owner, [
    "stream_events",
    ...METRIC_NAMES.map((name) => `${METRIC_TABLES[name]}_metrics`),
    "window_publications",
  ]);
}

async function selectCount(table: string): Promise<number> {
  const [row] = await selectRows<{ count: string }>(
    database.databaseUrls.owner,
    `select count(*) from ${table}`,
  );
  return Number(row?.count);
}

function readPort(bootstrapServers: string): string {
  return bootstrapServers.split(":")[1] ?? "";
}
