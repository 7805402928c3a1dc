import { migrate } from "#shared/adapters/postgres/migrate.ts";
import { readConfig } from "#shared/config.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findDatabase } from "./find-connections.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const command = createCommand(
  "migrate",
  "Brings the database's schema up to date",
).action(async ({ dataDir }: CommonOptions) => {
  const { owner } = await findDatabase(
    dataDir,
    readConfig([], readEnvironment()),
  );
  const applied = await migrate({
    databaseUrl: owner,
    onApplied: ({ name }) => writeLine(`${name}: applied`),
  });
  if (applied.length === 0) writeLine("The schema is up to date.");
});
await runCommand(command);
