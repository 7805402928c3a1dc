import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { DATABASE } from "#compose/embedded/database-url.ts";
import { z } from "zod";
import { withFileLock } from "#compose/embedded/file-lock.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { findServerProcess } from "#compose/embedded/server-process.ts";
import { startStack, stopStack } from "#compose/embedded/stack.ts";
import { migrate } from "#shared/adapters/postgres/migrate.ts";
import { setUpDatabase } from "#shared/adapters/postgres/set-up.ts";
import { TOPICS } from "#shared/domain/topics.ts";
import { unmountBelow } from "#tests/support/faults/small-disk.ts";
import { ensureClassArchive } from "./class-archive.ts";

const PREFIX = "music-streaming-tests-";
const CLEANUP_TIMEOUT_MS = 5 * 60_000;
const RUNNER_FILE = "runner.json";
const JARS_DIR = fileURLToPath(
  new URL("../../.data/kafka-jars", import.meta.url),
);

const runnerSchema = z.object({ pid: z.int(), identity: z.string() });

declare module "vitest" {
  export interface ProvidedContext {
    kafkaBootstrapServers: string;
    postgresPort: number;
    /** Data directory of the servers of this run; holds the passwords. */
    serversDir: string;
    /** A migrated and set-up database that nobody is connected to. */
    migratedTemplate: string;
  }
}

/** Starts one Kafka and one Postgres for the whole run in a directory of its own; returns what removes them. */
export default async function startServers({
  provide,
}: TestProject): Promise<() => Promise<void>> {
  // Two runs that begin together must not remove the same directory.
  const cleanupLock = join(
    tmpdir(),
    `music-streaming-cleanup-${userInfo().uid}.lock`,
  );
  await withFileLock(cleanupLock, CLEANUP_TIMEOUT_MS, removeLeftovers);
  const serversDir = await mkdtemp(join(tmpdir(), PREFIX));
  const runner = {
    pid: process.pid,
    identity: await readProcessIdentity(process.pid),
  };
  await writeFile(join(serversDir, RUNNER_FILE), JSON.stringify(runner));
  const [kafkaPort, postgresPort] = [
    await findFreePort(),
    await findFreePort(),
  ];
  const remove = async () => {
    await stopStack({ dataDir: serversDir });
    await rm(serversDir, { recursive: true, force: true });
  };
  const stack = await startStack({
    dataDir: serversDir,
    jarsDir: JARS_DIR,
    kafkaPort,
    postgresPort,
    onProgress: () => undefined,
    // Nobody needs these data after a power cut, and every commit would wait for the disk.
    postgresSettings: { fsync: "off" },
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const kafka = await findServerProcess(join(serversDir, "kafka.pid"));
  if (kafka !== undefined) await ensureClassArchive(kafka.pid);
  provide("kafkaBootstrapServers", stack.kafkaBootstrapServers);
  provide("postgresPort", postgresPort);
  provide("serversDir", serversDir);
  // The stack's own database is used by no test, so it can be copied.
  await migrate({ databaseUrl: stack.databaseUrls.owner });
  await setUpDatabase({
    databaseUrl: stack.databaseUrls.owner,
    topics: TOPICS,
    windowSizeMs: 5 * 60_000,
    hourlyWindowSizeMs: 60 * 60_000,
  });
  provide("migratedTemplate", DATABASE);
  return remove;
}

/** Stops and removes what a killed run left behind. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const directory = join(tmpdir(), name);
    if (name.startsWith(PREFIX) && !(await isInUse(directory))) {
      await stopStack({ dataDir: directory });
      await unmountBelow(directory);
      await rm(directory, { recursive: true, force: true });
    }
  }
}

async function isInUse(directory: string): Promise<boolean> {
  try {
    const runner = await readFile(join(directory, RUNNER_FILE), "utf8");
    const { pid, identity } = runnerSchema.parse(JSON.parse(runner));
    return (await readProcessIdentity(pid)) === identity;
  } catch {
    // Another run may be about to write the file, so what has none is left alone.
    return true;
  }
}
