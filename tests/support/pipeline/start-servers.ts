import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { DATABASE, formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { ensureDatabase } from "#compose/embedded/postgres-roles.ts";
import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { ensureSecrets } from "#compose/embedded/secrets.ts";
import { startStack, stopStack } from "#compose/embedded/stack.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { prepareServers } from "#compose/runner/prepare-servers.ts";
import { KAFKA_JARS_DIR } from "#compose/runner/project-root.ts";
import { readConfig } from "#shared/config.ts";

/** A Kafka and a Postgres of one test file, with the eight topics and a migrated database. */
export interface PipelineServers {
  readonly dataDir: string;
  /** Those of the migrated database, which becomes the template of the copies: nobody may be connected to it then. */
  readonly connections: Connections;
  /** Makes a database that is a copy of the first one as it is now. */
  copyDatabase(): Promise<Connections>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Beyond compose/postgres/postgresql.conf. */
  readonly postgresSettings: Readonly<Record<string, string>>;
  /** Called with the directory before anything is in it, and returns what is to be undone once the servers are gone. */
  readonly prepareDirectory?: (dataDir: string) => Promise<() => Promise<void>>;
  /** Puts data there that servers with topics and a migrated database have left; without it, both are made. */
  readonly fillDirectory?: (dataDir: string) => Promise<void>;
}

// The name and the file by which tests/support/global-setup.ts finds and removes what a killed run left behind.
const PREFIX = "music-streaming-tests-";
const RUNNER_FILE = "runner.json";

/** Nobody needs a test's data after a power cut, and every commit would wait for the disk. */
export const NOT_DURABLE = { fsync: "off" };

/** Starts servers in a directory of their own: the topics have fixed names, so a test file needs a broker of its own. */
export async function startServers({
  postgresSettings,
  prepareDirectory,
  fillDirectory,
}: ServerOptions): Promise<PipelineServers> {
  const cleanups = createCleanups();
  try {
    const dataDir = await mkdtemp(join(tmpdir(), PREFIX));
    cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
    const runner = {
      pid: process.pid,
      identity: await readProcessIdentity(process.pid),
    };
    await writeFile(join(dataDir, RUNNER_FILE), JSON.stringify(runner));
    if (prepareDirectory !== undefined)
      cleanups.add(await prepareDirectory(dataDir));
    await fillDirectory?.(dataDir);
    const [kafkaPort, postgresPort] = [
      await findFreePort(),
      await findFreePort(),
    ];
    const stack = await startStack({
      dataDir,
      jarsDir: KAFKA_JARS_DIR,
      kafkaPort,
      postgresPort,
      onProgress: () => undefined,
      postgresSettings,
    });
    // Whoever started them: a test may have killed one and started it again.
    cleanups.add(async () => {
      await stopStack({ dataDir });
    });
    if (fillDirectory === undefined)
      await prepareServers(stack, readConfig([], {}), () => undefined);
    const access = {
      port: postgresPort,
      secrets: await ensureSecrets(dataDir),
    };
    return {
      dataDir,
      connections: stack,
      copyDatabase: async () => {
        const name = `copy_${randomUUID().replaceAll("-", "")}`;
        await ensureDatabase(access, name, DATABASE);
        return {
          kafkaBootstrapServers: stack.kafkaBootstrapServers,
          databaseUrls: {
            owner: formatDatabaseUrl(access, "owner", name),
            ingest: formatDatabaseUrl(access, "ingest", name),
            closer: formatDatabaseUrl(access, "closer", name),
            reader: formatDatabaseUrl(access, "reader", name),
          },
        };
      },
      stop: () => cleanups.run(),
    };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}
