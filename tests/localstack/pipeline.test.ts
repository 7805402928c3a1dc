import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { readEnvironment } from "#compose/cli/environment.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { stopStack } from "#compose/embedded/stack.ts";
import { stopLocalStack } from "#compose/localstack/server.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  runToEnd,
  spawnCommand,
} from "#tests/integration/compose/cli/spawn-command.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { makeMixedRecords } from "#tests/support/pipeline/cases.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { makePlayJson } from "#tests/support/pipeline/make-plays.ts";
import { POISON_RECORDS } from "#tests/support/pipeline/poison-records.ts";
import type { OutgoingRecord } from "#tests/support/pipeline/topic-client.ts";
import { openOutside } from "./support/open-outside.ts";

// Two starts of Kafka, one of LocalStack, and the functions' cold starts.
const TIMEOUT_MS = 480_000;
const PLAYS = 3000;
const REPEATED_EVERY = 30;
// Two of them are a megabyte each, which is more than a request takes.
const POISON_PER_REQUEST = 10;

const url = (path: string): string => new URL(path, import.meta.url).href;
const WATCH = url("./support/watch-handlers.ts");

let dataDir = "";
let watchFile = "";
let ports = { kafkaPort: 0, postgresPort: 0, localStackPort: 0 };
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "localstack-pipeline-"));
  watchFile = join(dataDir, "watched");
  ports = {
    kafkaPort: await findFreePort(),
    postgresPort: await findFreePort(),
    localStackPort: await findFreePort(),
  };
});
afterAll(async () => {
  await stopLocalStack(dataDir);
  await stopStack({ dataDir });
  await rm(dataDir, { recursive: true });
});

/** The variables of a runner on the data directory, which is watched. */
const environmentOfRunner = () => ({
  ...readEnvironment(),
  KAFKA_PORT: String(ports.kafkaPort),
  POSTGRES_PORT: String(ports.postgresPort),
  LOCALSTACK_PORT: String(ports.localStackPort),
  NODE_OPTIONS: `--import=${WATCH}`,
  WATCH_HANDLERS_FILE: watchFile,
});

/** Runs `npm start`, watched, until everything is drained. */
async function runDrained(invoker: string, playCount: number) {
  await writeFile(watchFile, "");
  const result = await runToEnd("start", {
    args: [
      "--data-dir",
      dataDir,
      "--exit-when-drained",
      "--plays",
      String(playCount),
      "--invoker",
      invoker,
    ],
    environment: environmentOfRunner(),
  });
  return { ...result, watched: await readFile(watchFile, "utf8") };
}

test(
  "the whole pipeline runs inside LocalStack, and the runner loads no handler",
  { timeout: TIMEOUT_MS },
  async () => {
    const { exitCode, stdout, stderr, watched } = await runDrained(
      "localstack",
      PLAYS,
    );

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(" 0 failed, 0 not checked.");
    expect(watched).toBe("");
    for (const name of [
      "aggregate-micro-batch",
      "load-dimensions",
      "close-windows",
      "produce-batch",
    ])
      expect(await readLog(name)).toContain('"message":"invocation"');
  },
);

// On the catalogue and the plays of the test above, whose windows are closed.
test(
  "good, bad, late and repeated plays give the oracle's tables and letters inside LocalStack, too",
  { timeout: TIMEOUT_MS },
  async () => {
    await writeFile(watchFile, "");
    const runner = spawnCommand("up", {
      args: ["--data-dir", dataDir, "--invoker", "localstack"],
      environment: environmentOfRunner(),
    });
    await runner.waitFor("ready:");
    const outside = await openOutside(dataDir, ports.localStackPort);
    try {
      const { topics } = outside;
      const earlier = await topics.readAll([STREAM_EVENTS_TOPIC]);
      await topics.send(STREAM_EVENTS_TOPIC, [
        ...makeMixedRecords(),
        ...makeConflict(),
        ...earlier
          .filter((_, index) => index % REPEATED_EVERY === 0)
          .map(({ value }) => ({ key: "sent again", value })),
      ]);
      await topics.send(
        STREAM_EVENTS_TOPIC,
        POISON_RECORDS.map(({ key = "key", value, headers = {} }) => ({
          key,
          value,
          headers,
        })),
        POISON_PER_REQUEST,
      );
      const status = await outside.drain();

      const records = await topics.readAll([
        ...DIMENSIONS,
        STREAM_EVENTS_TOPIC,
      ]);
      const expected = await expectTables(records);
      expect(
        await listDifferences(
          outside.connections.databaseUrls.owner,
          records,
          expected,
        ),
      ).toEqual([]);
      expect(expected.outcomeCounts).toEqual({
        accepted: expect.toSatisfy(isAtLeast(PLAYS + 4000)),
        duplicate: expect.toSatisfy(isAtLeast(PLAYS / REPEATED_EVERY)),
        "rejected:malformed_json": expect.toSatisfy(isAtLeast(10)),
        "rejected:invalid_schema": expect.toSatisfy(isAtLeast(10)),
        "rejected:older_than_retention": 0,
        "rejected:unknown_reference": expect.toSatisfy(isAtLeast(10)),
        "rejected:future_timestamp": expect.toSatisfy(isAtLeast(10)),
        "rejected:conflicting_duplicate": 1,
      });
      expect(status.plays.late).toBeGreaterThan(1000);
      expect(await readLog("dead-letter")).toContain('"message":"invocation"');
    } finally {
      await outside.close();
    }
    runner.signal("SIGINT");
    await expect(runner.ended).resolves.toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("Stopped."),
      stderr: "",
    });
    expect(await readFile(watchFile, "utf8")).toBe("");
  },
);

const isAtLeast = (least: number) => (count: number) => count >= least;

/** Two payloads with one id, of which the first is the fact. */
function makeConflict(): OutgoingRecord[] {
  const eventId = randomUUID();
  return [60, 120].map((seconds) => ({
    key: eventId,
    value: makePlayJson({
      event_id: eventId,
      stream_duration_seconds: seconds,
    }),
  }));
}

function readLog(name: string): Promise<string> {
  return readFile(join(dataDir, "logs", `${name}.log`), "utf8");
}

test(
  "a runner whose functions are its own threads is noticed",
  { timeout: TIMEOUT_MS },
  async () => {
    const { exitCode, watched } = await runDrained("in-process", PLAYS);

    expect(exitCode).toBe(0);
    expect(watched).toContain("started a thread\n");
  },
);

test("a process that loads a handler is noticed", async () => {
  await writeFile(watchFile, "");
  const handler = url("../../functions/produce-batch/handler.ts");
  const child = spawn(
    process.execPath,
    [
      `--import=${WATCH}`,
      "--input-type=module",
      "--eval",
      `await import(${JSON.stringify(handler)}); process.exit(0)`,
    ],
    {
      env: {
        ...readEnvironment(),
        KAFKA_BOOTSTRAP_SERVERS: "127.0.0.1:1",
        WATCH_HANDLERS_FILE: watchFile,
      },
    },
  );
  await once(child, "close");

  expect(await readFile(watchFile, "utf8")).toBe(
    "loaded functions/produce-batch/handler.ts\n",
  );
});
