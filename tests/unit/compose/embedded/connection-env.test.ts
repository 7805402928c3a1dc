import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  readConnectionEnv,
  writeConnectionEnv,
} from "#compose/embedded/connection-env.ts";

const run = promisify(execFile);
const connections = {
  kafkaBootstrapServers: "127.0.0.1:9092,127.0.0.1:9093",
  databaseUrls: {
    owner:
      'postgres://owner:it\'s $HOME `id` "quoted" \\ &;@db:5432/music_streaming?sslmode=require',
    ingest: "postgres://ingest:a@db/music_streaming",
    closer: "postgres://closer:b@db/music_streaming",
    reader: "postgres://reader:c@db/music_streaming",
  },
  metricsUrl: "http://127.0.0.1:9464",
};
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "connection-env-"));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

test("what was written is read back", async () => {
  await writeConnectionEnv(dataDir, connections);

  expect(await readConnectionEnv(dataDir)).toEqual(connections);
});

test("a runner that serves no metrics leaves no address of an earlier one behind", async () => {
  await writeConnectionEnv(dataDir, connections);
  const { metricsUrl: _, ...servers } = connections;

  await writeConnectionEnv(dataDir, servers);

  expect(await readConnectionEnv(dataDir)).toEqual(servers);
});

test("a shell reads the same values, whatever characters they hold", async () => {
  await writeConnectionEnv(dataDir, connections);

  const { stdout } = await run("/bin/sh", [
    "-c",
    '. "$0"; printf "%s\\n" "$KAFKA_BOOTSTRAP_SERVERS" "$DATABASE_URL" "$READER_DATABASE_URL"',
    join(dataDir, "connection.env"),
  ]);

  const { kafkaBootstrapServers, databaseUrls } = connections;
  expect(stdout.trimEnd().split("\n")).toEqual([
    kafkaBootstrapServers,
    databaseUrls.owner,
    databaseUrls.reader,
  ]);
});

test("only its user may read the file", async () => {
  await writeConnectionEnv(dataDir, connections);

  const { mode } = await stat(join(dataDir, "connection.env"));

  expect(mode & 0o777).toBe(0o600);
});

test("no file, or one without all values, reads as nothing", async () => {
  expect(await readConnectionEnv(dataDir)).toBeUndefined();

  await writeFile(
    join(dataDir, "connection.env"),
    "KAFKA_BOOTSTRAP_SERVERS='127.0.0.1:9092'\n",
  );

  expect(await readConnectionEnv(dataDir)).toBeUndefined();
});
