import { execFile } from "node:child_process";
import { access, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { withFileLock } from "#compose/embedded/file-lock.ts";
import { stopStack } from "#compose/embedded/stack.ts";
import { loadCatalogue } from "./load-catalogue.ts";
import { NOT_DURABLE, startServers } from "./start-servers.ts";
import { openTopicClient } from "./topic-client.ts";

const run = promisify(execFile);

const LOCK_TIMEOUT_MS = 4 * 60_000;
/** Of a data directory; the rest belongs to the processes that used it. */
const CONTENT = ["secrets.json", "kafka", "postgres"];

/**
 * Returns the data of stopped servers that have the topics, a migrated database and the catalogue. The first one who
 * asks makes them, in the directory of the run: a start from a copy costs a quarter of what making them does.
 */
export async function ensurePreparedData(runDir: string): Promise<string> {
  const preparedDir = join(runDir, "prepared");
  const lock = join(runDir, "prepared.lock");
  await withFileLock(lock, LOCK_TIMEOUT_MS, async () => {
    if (!(await exists(preparedDir))) await prepareData(preparedDir);
  });
  return preparedDir;
}

/** Copies prepared data into a data directory that has none, and may have a file system mounted for some of them. */
export async function copyPreparedData(
  preparedDir: string,
  dataDir: string,
): Promise<void> {
  const sources = CONTENT.map((name) => join(preparedDir, name));
  // Keeps owners, modes and the holes in Kafka's indexes, and shares the blocks where the file system can.
  await run("cp", ["-a", ...sources, dataDir]);
}

async function prepareData(preparedDir: string): Promise<void> {
  const servers = await startServers({ postgresSettings: NOT_DURABLE });
  try {
    const topics = await openTopicClient(
      servers.connections.kafkaBootstrapServers,
    );
    try {
      await loadCatalogue(servers, topics);
    } finally {
      await topics.close();
    }
    await stopStack(servers);
    // Only whole data ever have the final name.
    await rename(servers.dataDir, preparedDir);
  } finally {
    await servers.stop();
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
