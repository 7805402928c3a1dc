import { createInterface } from "node:readline/promises";

import { resetData } from "#compose/runner/reset-data.ts";
import { PipelineError } from "#shared/errors.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const command = createCommand(
  "reset",
  "Stops everything and deletes all stored data: topics, tables, passwords, logs",
)
  .option("--yes", "do not ask")
  .action(
    async ({ dataDir, yes }: CommonOptions & { readonly yes?: boolean }) => {
      if (
        yes !== true &&
        !(await confirm(
          `Delete everything in ${dataDir} but the fetched Kafka? (yes/no) `,
        ))
      ) {
        writeLine("Nothing was deleted.");
        return;
      }
      await resetData(dataDir);
      writeLine(`Deleted what was in ${dataDir}.`);
    },
  );

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new PipelineError(
      "npm run reset deletes all data and there is no terminal to ask on. Say it with --yes.",
      {
        code: "confirmation_needed",
        domain: "user",
      },
    );
  }
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
  });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
await runCommand(command);
