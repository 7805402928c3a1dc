import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kafka, logLevel } from "kafkajs";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readConnectionEnv } from "#compose/embedded/connection-env.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { findServerProcess } from "#compose/embedded/server-process.ts";
import {
  startStack,
  stopStack,
  type ExternalServers,
  type StackOptions,
} from "#compose/embedded/stack.ts";
import {
  createDatabase,
  kafkaBootstrapServers,
} from "#tests/support/servers.ts";
import { findListenAddresses } from "./find-listen-addresses.ts";

const RUNNER = fileURLToPath(new URL("start-and-wait.ts", import.meta.url));
const JARS_DIR = fileURLToPath(
  new URL("../../../../.data/kafka-jars", import.meta.url),
);
const TOPIC = "kept";

describe("a stack whose runner was killed", () => {
  let options: StackOptions;

  beforeAll(async () => {
    options = {
      dataDir: await mkdtemp(join(tmpdir(), "stack-")),
      jarsDir: JARS_DIR,
      kafkaPort: await findFreePort(),
      postgresPort: await findFreePort(),
      onProgress: () => undefined,
    };
    await startInRunnerAndKillIt(options);
  });
  afterAll(async () => {
    await stopStack(options);
    await rm(options.dataDir, { recursive: true });
  });

  test("is adopted by the next start", async () => {
    const before = await readPids(options.dataDir);

    const stack = await startStack(options);

    expect(stack).toMatchObject({
      kafkaOrigin: "adopted",
      postgresOrigin: "adopted",
    });
    expect(before).not.toContain(undefined);
    expect(await readPids(options.dataDir)).toEqual(before);
  });

  test("listens on 127.0.0.1 only", async () => {
    const pids = await readPids(options.dataDir);

    const addresses = await findListenAddresses(pids.map((pid) => pid ?? 0));

    // One port of Postgres; Kafka's own and its controller's.
    expect(addresses).toEqual(["127.0.0.1", "127.0.0.1", "127.0.0.1"]);
  });

  test("does not make a topic because somebody asks for it", async () => {
    const admin = await connectAdmin(options);
    await expect(
      admin.fetchTopicMetadata({ topics: ["misspelt"] }),
    ).rejects.toMatchObject({
      type: "UNKNOWN_TOPIC_OR_PARTITION",
    });
    await admin.disconnect();
  });

  test("keeps its data over a stop and a start", async () => {
    const { databaseUrls } = await startStack(options);
    await storeARecordAndARow(options, databaseUrls.owner);

    expect(await stopStack(options)).toEqual({ kafka: true, postgres: true });
    expect(await readPids(options.dataDir)).toEqual([undefined, undefined]);
    const restarted = await startStack(options);

    expect(restarted).toMatchObject({
      kafkaOrigin: "started",
      postgresOrigin: "started",
      databaseUrls,
    });
    const admin = await connectAdmin(options);
    expect(await admin.fetchTopicOffsets(TOPIC)).toMatchObject([
      { partition: 0, low: "0", high: "1" },
    ]);
    await admin.disconnect();
    expect(await queryOne(databaseUrls.owner, "select note from kept")).toEqual(
      { note: "here" },
    );
  });

  test("leaves the way to its servers in connection.env", async () => {
    const { kafkaBootstrapServers: servers, databaseUrls } =
      await startStack(options);

    expect(await readConnectionEnv(options.dataDir)).toEqual({
      kafkaBootstrapServers: servers,
      databaseUrls,
    });
  });

  test("is gone after a stop, and a second stop finds nothing", async () => {
    const stack = await startStack(options);

    await stack.stop();

    expect(await readPids(options.dataDir)).toEqual([undefined, undefined]);
    expect(await stopStack(options)).toEqual({ kafka: false, postgres: false });
  });
});

describe("external servers", () => {
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "external-"));
  });
  afterAll(async () => {
    await rm(dataDir, { recursive: true });
  });

  test("are used as they are, and none of our own is started", async () => {
    const { urls } = await createDatabase();

    const stack = await start({
      kafkaBootstrapServers: kafkaBootstrapServers(),
      databaseUrl: urls.owner,
      ingestDatabaseUrl: urls.ingest,
    });
    await stack.stop();

    expect(stack).toMatchObject({
      kafkaOrigin: "external",
      postgresOrigin: "external",
      kafkaBootstrapServers: kafkaBootstrapServers(),
      databaseUrls: {
        owner: urls.owner,
        ingest: urls.ingest,
        closer: urls.owner,
        reader: urls.owner,
      },
    });
    expect((await readdir(dataDir)).sort()).toEqual([
      "connection.env",
      "start.lock",
    ]);
    expect(await queryOne(urls.owner, "select 1 as alive")).toEqual({
      alive: 1,
    });
  });

  test("that do not answer are named, both, without the password", async () => {
    const begin = performance.now();

    const refusal = start({
      kafkaBootstrapServers: "127.0.0.1:1",
      databaseUrl: "postgres://owner:hush@127.0.0.1:1/music_streaming",
    });

    await expect(refusal).rejects.toThrow(
      /127\.0\.0\.1:1 does not answer[^]*owner@127\.0\.0\.1:1\/music_streaming/,
    );
    await expect(refusal).rejects.not.toThrow("hush");
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test("of which Postgres refuses the password are named by its code", async () => {
    const refusal = start({
      kafkaBootstrapServers: kafkaBootstrapServers(),
      databaseUrl: `postgres://owner:hush@127.0.0.1:${inject("postgresPort")}/music_streaming`,
    });

    await expect(refusal).rejects.toMatchObject({
      code: "postgres_unreachable",
      domain: "external",
    });
    await expect(refusal).rejects.not.toThrow("hush");
  });

  test("of which Kafka is missing are named by its code", async () => {
    const { urls } = await createDatabase();

    const refusal = start({
      kafkaBootstrapServers: "127.0.0.1:1, 127.0.0.1:2",
      databaseUrl: urls.owner,
    });

    await expect(refusal).rejects.toMatchObject({
      code: "kafka_unreachable",
      domain: "external",
    });
  });

  function start(external: ExternalServers) {
    return startStack({
      dataDir,
      kafkaPort: 1,
      postgresPort: 1,
      onProgress: () => undefined,
      external,
    });
  }
});

async function startInRunnerAndKillIt({
  dataDir,
  jarsDir,
  kafkaPort,
  postgresPort,
}: StackOptions): Promise<void> {
  const runner = spawn(
    process.execPath,
    [RUNNER, dataDir, jarsDir ?? "", String(kafkaPort), String(postgresPort)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await Promise.race([once(runner.stdout, "data"), once(runner, "exit")]);
  runner.kill("SIGKILL");
  if (runner.exitCode !== null) {
    throw new Error(`The runner failed with exit code ${runner.exitCode}`);
  }
}

async function readPids(dataDir: string): Promise<(number | undefined)[]> {
  const servers = await Promise.all([
    findServerProcess(join(dataDir, "kafka.pid")),
    findServerProcess(join(dataDir, "postgres.pid")),
  ]);
  return servers.map((server) => server?.pid);
}

function kafkaClient({ kafkaPort }: StackOptions): Kafka {
  return new Kafka({
    brokers: [`127.0.0.1:${kafkaPort}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 2 },
  });
}

async function connectAdmin(options: StackOptions) {
  const admin = kafkaClient(options).admin();
  await admin.connect();
  return admin;
}

async function storeARecordAndARow(
  options: StackOptions,
  databaseUrl: string,
): Promise<void> {
  const admin = await connectAdmin(options);
  await admin.createTopics({ topics: [{ topic: TOPIC }] });
  await admin.disconnect();
  const producer = kafkaClient(options).producer();
  await producer.connect();
  await producer.send({ topic: TOPIC, messages: [{ value: "here" }] });
  await producer.disconnect();
  await queryOne(databaseUrl, "create table kept as select 'here' as note");
}

async function queryOne(url: string, query: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows[0];
  } finally {
    await client.end();
  }
}
