import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { vi } from "vitest";
import { z } from "zod";

import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { startPostgres } from "#compose/embedded/postgres-server.ts";
import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { ensureSecrets } from "#compose/embedded/secrets.ts";
import { NOT_DURABLE } from "#tests/support/pipeline/start-servers.ts";

const recordSchema = z.object({ pid: z.int().positive(), port: z.int() });

/** Ends the Postgres of a scene by a signal; what comes back starts it again. */
export async function endPostgres(
  dataDir: string,
  signal: NodeJS.Signals,
): Promise<() => Promise<void>> {
  const { pid } = await readRecord(dataDir);
  const identity = await readProcessIdentity(pid);
  process.kill(pid, signal);
  await vi.waitUntil(
    async () => (await readProcessIdentity(pid)) !== identity,
    { timeout: 20_000 },
  );
  return () => revivePostgres(dataDir);
}

/** Starts the Postgres of a scene unless it runs, as whoever looks after it does. */
export async function revivePostgres(dataDir: string): Promise<void> {
  const { port } = await readRecord(dataDir);
  await startPostgres({
    dataDir,
    port,
    settings: NOT_DURABLE,
    onProgress: () => undefined,
  });
}

async function readRecord(dataDir: string) {
  const text = await readFile(join(dataDir, "postgres.pid"), "utf8");
  return recordSchema.parse(JSON.parse(text));
}

/** The address of a scene's database for the superuser, who sees what all sessions do. */
export async function superuserUrl(
  dataDir: string,
  databaseUrl: string,
): Promise<string> {
  const { port, pathname } = new URL(databaseUrl);
  const secrets = await ensureSecrets(dataDir);
  return formatDatabaseUrl(
    { port: Number(port), secrets },
    "superuser",
    decodeURIComponent(pathname.slice(1)),
  );
}
