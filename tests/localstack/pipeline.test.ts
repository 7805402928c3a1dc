import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { readEnvironment } from "#compose/cli/environment.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { startStack, stopStack } from "#compose/embedded/stack.ts";
import { stopLocalStack } from "#compose/localstack/server.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { runToEnd } from "#tests/integration/compose/cli/spawn-command.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { openTopicClient } from "#tests/support/pipeline/topic-client.ts";

// Two starts of Kafka, one of LocalStack, and the functions' cold starts.
const TIMEOUT_MS = 480_000;
const PLAYS = 3000;

const url = (path: string): string => new URL(path, import.meta.url).href;
const WATCH = url("./support/watch-handlers.ts");
const JARS_DIR = fileURLToPath(url("../../.data/kafka-jars"));

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
    environment: {
      ...readEnvironment(),
      KAFKA_PORT: String(ports.kafkaPort),
      POSTGRES_PORT: String(ports.postgresPort),
      LOCALSTACK_PORT: String(ports.localStackPort),
      NODE_OPTIONS: `--import=${WATCH}`,
      WATCH_HANDLERS_FILE: watchFile,
    },
  });
  return { ...result, watched: await readFile(watchFile, "utf8") };
}

test(
  "the whole pipeline runs inside LocalStack, gives the oracle's tables, and the runner loads no handler",
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
    ]) {
      const log = await readFile(join(dataDir, "logs", `${name}.log`), "utf8");
      expect(log).toContain('"message":"invocation"');
    }

    const stack = await startStack({
      dataDir,
      jarsDir: JARS_DIR,
      kafkaPort: ports.kafkaPort,
      postgresPort: ports.postgresPort,
      onProgress: () => undefined,
    });
    const topics = await openTopicClient(stack.kafkaBootstrapServers);
    try {
      const records = await topics.readAll([
        ...DIMENSIONS,
        STREAM_EVENTS_TOPIC,
      ]);
      const expected = await expectTables(records);
      expect(expected.facts).toHaveLength(PLAYS);
      expect(
        await listDifferences(stack.databaseUrls.owner, records, expected),
      ).toEqual([]);
    } finally {
      await topics.close();
      await stack.stop();
    }
  },
);

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
