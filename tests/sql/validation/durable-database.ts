import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { startPostgres } from "#compose/embedded/postgres-server.ts";
import { migrate } from "#shared/adapters/postgres/migrate.ts";
import { withClient } from "#tests/support/with-client.ts";

import { fillConsistently } from "./consistent-database.ts";

/** A consistent database of which validation finds nothing to say. */
export interface DurableDatabase {
  readonly dataDir: string;
  readonly ownerUrl: string;
  readonly readerUrl: string;
  remove(): Promise<void>;
}

/** Starts a Postgres of its own: that of the other tests runs without fsync, which validation rightly refuses. */
export async function createDurableDatabase(): Promise<DurableDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), "music-streaming-validate-"));
  const port = await findFreePort();
  const postgres = await startPostgres({
    dataDir,
    port,
    onProgress: () => undefined,
  });
  const ownerUrl = formatDatabaseUrl(
    { port, secrets: postgres.secrets },
    "owner",
  );
  await migrate({ databaseUrl: ownerUrl });
  await withClient(ownerUrl, fillConsistently);
  return {
    dataDir,
    ownerUrl,
    readerUrl: formatDatabaseUrl({ port, secrets: postgres.secrets }, "reader"),
    remove: async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
