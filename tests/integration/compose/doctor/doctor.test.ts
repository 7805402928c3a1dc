import {
  chmod,
  mkdtemp,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";

import { diagnose, type Patient } from "#compose/doctor/diagnose.ts";
import { examineExposure } from "#compose/doctor/examine-exposure.ts";
import { examineSuperset } from "#compose/doctor/examine-superset.ts";
import type { Finding } from "#compose/doctor/finding.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { startServer } from "#compose/embedded/start-server.ts";
import { locateInstance } from "#compose/superset/instance.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { readConfig } from "#shared/config.ts";
import { TOPICS } from "#shared/domain/topics.ts";
import { superuserUrl } from "#tests/support/faults/postgres-process.ts";
import { makePlayJson } from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import { insertLetters } from "#tests/support/rows/insert-letters.ts";
import { withClient } from "#tests/support/with-client.ts";
import { runToEnd } from "../cli/spawn-command.ts";

let scene: Scene;
let connections: Awaited<ReturnType<Scene["beginAnew"]>>;
const mending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  scene = await openScene();
  connections = await scene.beginAnew();
}, 120_000);
afterEach(async () => {
  for (const mend of mending.splice(0).toReversed()) await mend();
});
afterAll(() => scene?.close());

test("whole servers have nothing to complain of but that no runner works", async () => {
  expect(await complain()).toEqual([
    "fault runner: none works on this data directory: no record is taken",
  ]);
});

describe("what is broken is found:", () => {
  test("a topic that was deleted", async () => {
    await scene.topics.admin.deleteTopics({ topics: ["dead-letter-queue"] });
    mending.push(makeTopics);
    await expect
      .poll(() => complain())
      .toContain("fault topics: dead-letter-queue is missing");
  });

  test("a topic with fewer partitions than the pipeline needs", async () => {
    const topic = "dead-letter-queue";
    await scene.topics.admin.deleteTopics({ topics: [topic] });
    mending.push(makeTopics);
    await expect
      .poll(async () => scene.topics.admin.listTopics())
      .not.toContain(topic);
    await scene.topics.admin.createTopics({
      topics: [{ topic, numPartitions: 1 }],
    });

    await expect
      .poll(() => complain())
      .toContain(
        "fault topics: dead-letter-queue has 1 partitions, expected 3",
      );
  });

  test("a role's password", async () => {
    const { reader } = connections.databaseUrls;
    await asSuperuser("alter role reader password 'another one'");
    const { password } = new URL(reader);
    mending.push(() => asSuperuser(`alter role reader password '${password}'`));

    const complaints = await complain();

    expect(complaints).toContainEqual(
      expect.stringMatching(
        /^fault Postgres: .*password authentication failed for user "reader".*correct READER_DATABASE_URL/,
      ),
    );
    expect(complaints.join("\n")).not.toContain(password);
    // What depends on it says so, and is no fault of its own.
    expect(complaints).toContain(
      "unknown dead letters: needs Postgres to be whole",
    );
    expect(
      await runToEnd("doctor", { args: ["--data-dir", scene.dataDir] }),
    ).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(
        /FAULT +Postgres .*authentication failed for user "reader"/,
      ) as unknown,
    });
  });

  test("a Kafka that advertises an address where nothing listens", async () => {
    const { proxyPort, deadPort } = await advertiseDeadPort();

    expect(
      await complain({
        addresses: {
          ...connections,
          kafkaBootstrapServers: `127.0.0.1:${proxyPort}`,
        },
      }),
    ).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^fault Kafka: accepts connections at 127.0.0.1:${proxyPort}, and no request succeeds: .*${deadPort}`,
        ),
      ),
    );
  });

  test("a Kafka and a Postgres that do not run, each without the other", async () => {
    const nowhere = `127.0.0.1:${await findFreePort()}`;

    expect(
      await complain({
        addresses: { ...connections, kafkaBootstrapServers: nowhere },
      }),
    ).toEqual([
      `fault Kafka: nothing listens at ${nowhere}`,
      "fault runner: none works on this data directory: no record is taken",
      "unknown lag: needs Kafka and Postgres to be whole",
    ]);
    expect(
      await complain({
        addresses: {
          kafkaBootstrapServers: connections.kafkaBootstrapServers,
        },
      }),
    ).toContainEqual(
      expect.stringMatching(/^fault Postgres: none was started on /),
    );
  });

  test("a pid file that nobody can read, which hides nothing else", async () => {
    const path = join(scene.dataDir, "runner.pid");
    await writeFile(path, "{");
    mending.push(() => rm(path));

    const complaints = await complain();

    expect(complaints).toEqual([
      `fault runner: ${path} cannot be read: no runner can start or be found`,
    ]);
  });

  test("a function's role that may do everything", async () => {
    await asSuperuser("alter role closer superuser");
    mending.push(() => asSuperuser("alter role closer nosuperuser"));

    expect(await complain()).toContain(
      "fault roles: closer passes all of Postgres's checks, or may lift them",
    );
  });

  test("a migration that was not applied, and one of newer code", async () => {
    const { owner } = connections.databaseUrls;
    const [last] = await selectRows<{
      version: number;
      name: string;
      sha256: string;
    }>(
      owner,
      "delete from schema_migrations where version = (select max(version) from schema_migrations) returning *",
    );
    expect(await complain()).toContain(`fault schema: lacks ${last?.name}`);

    await selectRows(
      owner,
      "insert into schema_migrations (version, name, sha256) values ($1, $2, $3), (999, 'newer', '')",
      [last?.version, last?.name, last?.sha256],
    );
    mending.push(() =>
      selectRows(owner, "delete from schema_migrations where version = 999"),
    );
    expect(await complain()).toContainEqual(
      expect.stringMatching(/^fault schema: .*it holds migration newer/),
    );
  });

  test("orphans, and letters that need somebody", async () => {
    await withClient(connections.databaseUrls.owner, async (client) => {
      await insertLetters(client, [
        { reason: "unknown_reference" },
        { reason: "unknown_reference" },
        { reason: "malformed_json" },
        { reason: "malformed_json", state: "buried" },
        { reason: "handler_crash", dueAt: "2026-01-15T15:00:00Z" },
      ]);
    });
    mending.push(() =>
      selectRows(connections.databaseUrls.owner, "delete from dead_letters"),
    );

    expect(await complain()).toEqual(
      expect.arrayContaining([
        "warning orphans: 2 records wait for a row that they refer to",
        "warning dead letters: 1 malformed_json wait",
      ]),
    );
  });

  test("passwords that others may read", async () => {
    const path = join(scene.dataDir, "secrets.json");
    const { mode } = await stat(path);
    await chmod(path, 0o644);
    mending.push(() => chmod(path, mode));

    expect(await complain()).toContain(
      "warning secrets.json: holds passwords, and its mode lets others read it (644)",
    );
  });

  test("a Superset that runs and does not answer", async () => {
    const { pidFile, logFile } = locateInstance(scene.dataDir);
    const port = await findFreePort();
    const server = await startServer({
      server: "Superset",
      port,
      setting: "SUPERSET_PORT",
      externalSetting: undefined,
      pidFile,
      logFile: join(scene.dataDir, "deaf.log"),
      configuration: [],
      startTimeoutMs: 10_000,
      stopSteps: [{ signal: "SIGKILL", waitMs: 5000 }],
      onProgress: () => undefined,
      answers: () => Promise.resolve(true),
      prepare: () =>
        Promise.resolve({
          command: process.execPath,
          args: ["--eval", "setInterval(() => {}, 1000)"],
          env: {},
          runAs: undefined,
        }),
    });
    mending.push(() => server.stop());

    expect(await examineSuperset(scene.dataDir)).toEqual([
      expect.objectContaining({
        state: "fault",
        text: expect.stringContaining("does not answer at") as unknown,
        nextStep: expect.stringContaining(logFile) as unknown,
      }),
    ]);
  });

  test("a Superset that is gone, whose pid file stays as it is", async () => {
    const { pidFile } = locateInstance(scene.dataDir);
    const torn = '{"pid": 1';
    await writeFile(pidFile, torn);
    mending.push(() => rm(pidFile));

    expect(await examineSuperset(scene.dataDir)).toMatchObject([
      { state: "ok" },
    ]);
    expect(await readFile(pidFile, "utf8")).toBe(torn);
  });

  test("a server that other machines can reach", async () => {
    // Like an address of the network: who listens on 127.0.0.1 does not hear it.
    const elsewhere = ["127.0.0.2"];
    const open = await listen("0.0.0.0");
    const closed = await listen("127.0.0.1");

    expect(
      await examineExposure(
        [
          { server: "Kafka", port: open },
          { server: "Postgres", port: closed },
        ],
        elsewhere,
      ),
    ).toEqual([
      expect.objectContaining({
        state: "warning",
        text: `port ${open}, of Kafka, answers at 127.0.0.2: others can reach it`,
      }),
    ]);
    expect(
      await examineExposure([{ server: "Postgres", port: closed }], elsewhere),
    ).toEqual([expect.objectContaining({ state: "ok" })]);
  });

  test("records that nobody takes", async () => {
    await scene.topics.send("stream-events", [
      { key: null, value: makePlayJson({}) },
    ]);

    expect(await complain()).toContain(
      "warning lag: stream-events has 1 records that nobody has taken",
    );
  });
});

describe("the command", () => {
  test("says on an empty directory what is missing and ends with 1, and makes nothing there", async () => {
    const parent = await mkdtemp(join(tmpdir(), "doctor-"));
    onTestFinished(() => rm(parent, { recursive: true }));
    const dataDir = join(parent, "none");

    const { exitCode, stdout, stderr } = await runToEnd("doctor", {
      args: ["--data-dir", dataDir],
      path: "/nowhere",
    });

    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    expect(stdout).toContain("sudo apt install default-jdk-headless maven");
    expect(stdout).toMatch(/FAULT +Kafka +none was started on .*\n.*npm start/);
    expect(stdout).toMatch(/unknown +lag/);
    expect(stdout).toContain(`--data-dir '${dataDir}'`);
    await expect(stat(dataDir)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("prints JSON, and never a password", async () => {
    const { exitCode, stdout } = await runToEnd("doctor", {
      args: ["--data-dir", scene.dataDir, "--json"],
    });

    expect(exitCode).toBe(1);
    const findings: Finding[] = JSON.parse(stdout);
    expect(findings).toContainEqual(
      expect.objectContaining({ subject: "topics", state: "ok" }),
    );
    for (const url of Object.values(connections.databaseUrls))
      expect(stdout).not.toContain(new URL(url).password);
  });
});

async function complain(given: Partial<Patient> = {}): Promise<string[]> {
  const findings = await diagnose({
    dataDir: scene.dataDir,
    environment: {},
    config: readConfig([], {}),
    addresses: connections,
    ...given,
  });
  // What this machine has of memory and disk is its own affair.
  return findings
    .filter(
      ({ state, subject }) =>
        state !== "ok" &&
        !["memory", "disk"].includes(subject) &&
        !(subject === "network" && state === "warning"),
    )
    .map(({ state, subject, text }) => `${state} ${subject}: ${text}`);
}

const makeTopics = () =>
  createTopics(
    { bootstrapServers: connections.kafkaBootstrapServers.split(",") },
    TOPICS,
  );

async function asSuperuser(statement: string): Promise<void> {
  await selectRows(
    await superuserUrl(scene.dataDir, connections.databaseUrls.owner),
    statement,
  );
}

async function listen(host: string): Promise<number> {
  const server: Server = createServer();
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  mending.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  );
  return port;
}

/** A way to the broker on which it seems to advertise a port where nothing listens. */
async function advertiseDeadPort() {
  const { hostname, port } = new URL(
    `kafka://${connections.kafkaBootstrapServers}`,
  );
  const [proxyPort, deadPort] = [await findFreePort(), await findFreePort()];
  const advertised = asInMetadata(hostname, Number(port));
  const dead = asInMetadata(hostname, deadPort);
  const server = createServer((client) => {
    const broker = connect(Number(port), hostname);
    client.pipe(broker);
    broker.on("data", (chunk: Buffer) => {
      const at = chunk.indexOf(advertised);
      if (at >= 0) dead.copy(chunk, at);
      client.write(chunk);
    });
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const)
      one.on("close", () => other.destroy()).on("error", () => undefined);
  });
  await new Promise<void>((resolve) =>
    server.listen(proxyPort, "127.0.0.1", resolve),
  );
  mending.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  );
  return { proxyPort, deadPort };
}

/** An INT32 behind the host. */
function asInMetadata(host: string, port: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(port);
  return Buffer.concat([Buffer.from(host), bytes]);
}
