import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";

import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { startPostgres } from "#compose/embedded/postgres-server.ts";
import { migrate } from "#shared/adapters/postgres/migrate.ts";
import { readConfig } from "#shared/config.ts";
import { sqlFolder } from "#shared/sql.ts";
import { describeSchema } from "./describe-schema.ts";
import { readEnvironment } from "./environment.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const command = new Command("schema")
  .description(
    "Writes sql/schema.sql from the migrated database of DATABASE_URL, or from a Postgres that is started and removed for it",
  )
  .option("--debug", "show the stack of an error")
  .showHelpAfterError("(--help shows the options)")
  .action(async () => {
    const { DATABASE_URL: given } = readConfig([], readEnvironment());
    const path = join(sqlFolder(), "schema.sql");
    await writeFile(
      path,
      await (given === undefined
        ? withScratchDatabase(describeSchema)
        : describeSchema(given)),
    );
    writeLine(`${path}: written`);
  });
await runCommand(command);

async function withScratchDatabase<Result>(
  work: (databaseUrl: string) => Promise<Result>,
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), "music-streaming-schema-"));
  try {
    const postgres = await startPostgres({
      dataDir,
      port: await findFreePort(),
      onProgress: writeLine,
    });
    try {
      const databaseUrl = formatDatabaseUrl(postgres, "owner");
      await migrate({ databaseUrl });
      return await work(databaseUrl);
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
