import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import {
  createDatabase,
  kafkaBootstrapServers,
} from "#tests/support/servers.ts";
import { runToEnd } from "./spawn-command.ts";

let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "cli-"));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true });
});

const COMMANDS = [
  "start",
  "up",
  "down",
  "reset",
  "topics",
  "produce",
  "migrate",
  "drain",
  "status",
  "doctor",
  "forget",
  "rebuild",
  "replay",
];

test.each(COMMANDS)("%s explains itself with --help", async (name) => {
  const { exitCode, stdout, stderr } = await runToEnd(name, {
    args: ["--help"],
  });

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain(`Usage: ${name} [options]`);
});

test.each(["seven", "-1", "0", "2147483648", "7; drop table users"])(
  "%j is no user to be forgotten",
  async (user) => {
    await expect(
      runToEnd("forget", { args: [`--user=${user}`] }),
    ).resolves.toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        "Expected a user's number, from 1 to 2147483647.",
      ) as unknown,
    });
  },
);

test("an option that is not known is refused", async () => {
  await expect(runToEnd("start", { args: ["--forse"] })).resolves.toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "error: unknown option '--forse'\n(--help shows the options)\n",
  });
});

test.each([
  [
    ["--rate", "fast"],
    "error: option '--rate <rate>' argument 'fast' is invalid. Expected a rate such as 20/s, at most 100000/s.",
  ],
  [
    ["--late", "2"],
    "error: option '--late <share>' argument '2' is invalid. Expected a share such as 1% or 0.01, at most 100%.",
  ],
  [
    ["--count", "many"],
    "error: option '--count <count>' argument 'many' is invalid. Expected a whole number from 1 to 1000000000.",
  ],
  [
    ["--internal", "--external"],
    "error: option '--internal' cannot be used with option '--external'",
  ],
  [
    ["--data-dir", "elsewhere", "dimension", "users", "--set", "user_id=1"],
    "error: --data-dir stands before dimension and would be nobody's. Give it behind dimension.",
  ],
])("produce %s is refused with what was expected", async (args, message) => {
  await expect(runToEnd("produce", { args })).resolves.toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `${message}\n(--help shows the options)\n`,
  });
});

test.each([
  [
    "rebuild",
    ["--from", "noon", "--to", "2026-01-01T00:00:00Z"],
    /^error: option '--from <time>' argument 'noon' is invalid\. /,
  ],
  [
    "rebuild",
    ["--from", "2026-01-01T00:00:00Z"],
    /^error: required option '--to <time>' not specified/,
  ],
  [
    "rebuild",
    ["--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"],
    /is not before --to .* Give the earlier time as --from\.\n$/,
  ],
  ["replay", [], /--from-offset/],
  [
    "replay",
    ["--from-offset", "-1"],
    /^error: option '--from-offset <offset>'/,
  ],
  [
    "replay",
    ["--from", "2026-01-01T00:00:00Z", "--partition", "1"],
    /cannot be used with option/,
  ],
])("%s %j is refused with what was expected", async (name, args, message) => {
  const { exitCode, stdout, stderr } = await runToEnd(name, { args });

  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(message);
});

test("produce --from without --count is refused", async () => {
  const args = ["--from", "2026-01-01T00:00:00Z", "--data-dir", dataDir];
  const environment = { KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers() };

  await expect(runToEnd("produce", { args, environment })).resolves.toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      "--from and --to say where a number of plays goes: give --count with them.\n",
  });
});

test("wrong and unknown settings come in one message", async () => {
  const environment = {
    KAFKA_PORT: "99999",
    DATABASE_URL: "mysql://secret@db/x",
    STREAMING_PLAYS: "1",
    STREAMING_IDLE_TIMEOUT: "soon",
  };

  const { exitCode, stderr } = await runToEnd("up", {
    args: ["--data-dir", dataDir],
    environment,
  });

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^The settings are not usable:\n/);
  for (const name of Object.keys(environment))
    expect(stderr).toContain(`  ${name}: `);
  expect(stderr).not.toContain("secret");
  expect(stderr).not.toContain("    at ");
});

test.each([
  ["--internal", "KAFKA_BOOTSTRAP_SERVERS_INTERNAL"],
  ["--external", "KAFKA_BOOTSTRAP_SERVERS_EXTERNAL"],
])("topics %s without a broker there names %s", async (option, setting) => {
  const { exitCode, stderr } = await runToEnd("topics", {
    args: [option, "--data-dir", dataDir],
    environment: { [setting]: "127.0.0.1:1" },
  });

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Kafka at 127.0.0.1:1 does not answer: /);
  expect(stderr).toContain(`correct ${setting} (host:port`);
});

test.each(["status", "migrate", "topics", "drain", "produce"])(
  "%s says so when nothing runs",
  async (name) => {
    await expect(
      runToEnd(name, { args: ["--data-dir", dataDir] }),
    ).resolves.toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `Nothing runs on ${dataDir}. Start everything with npm start, or the servers and functions with npm run up; or set KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL to use other servers.\n`,
    });
  },
);

test("down says so when nothing runs, and is content", async () => {
  await expect(
    runToEnd("down", { args: ["--data-dir", dataDir] }),
  ).resolves.toEqual({
    exitCode: 0,
    stdout: "Nothing was running.\n",
    stderr: "",
  });
});

test("reset deletes nothing where nobody can be asked", async () => {
  await expect(
    runToEnd("reset", { args: ["--data-dir", dataDir] }),
  ).resolves.toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      "npm run reset deletes all data and there is no terminal to ask on. Say it with --yes.\n",
  });
});

test("a port in use is named with its setting", async () => {
  const { urls } = await createDatabase();
  const port = await findFreePort();
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
  });

  const { exitCode, stderr } = await runToEnd("up", {
    args: ["--data-dir", dataDir],
    environment: { KAFKA_PORT: String(port), DATABASE_URL: urls.owner },
  });

  expect(exitCode).toBe(1);
  expect(stderr).toContain(`Kafka cannot listen on 127.0.0.1:${port}`);
  expect(stderr).toContain("Set KAFKA_PORT to a free port");
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("a missing JDK is named with how to get it", async () => {
  const { urls } = await createDatabase();

  const { exitCode, stderr } = await runToEnd("up", {
    args: ["--data-dir", dataDir],
    environment: {
      KAFKA_PORT: String(await findFreePort()),
      DATABASE_URL: urls.owner,
    },
    path: "/nonexistent",
  });

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/apt(-get)? install/);
  expect(stderr).not.toContain("    at ");
});

test("external servers that do not answer are named, without the password", async () => {
  const port = await findFreePort();

  const { exitCode, stderr } = await runToEnd("status", {
    args: ["--data-dir", dataDir],
    environment: {
      KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers(),
      DATABASE_URL: `postgres://me:hush@127.0.0.1:${port}/db`,
    },
  });

  expect(exitCode).toBe(1);
  expect(stderr).toContain(`127.0.0.1:${port}`);
  expect(stderr).not.toContain("hush");
  expect(stderr).not.toContain("    at ");
});
