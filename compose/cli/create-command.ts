import { join, resolve } from "node:path";
import { Command } from "commander";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly dataDir: string;
  readonly debug?: boolean;
}

/** Returns a command (`npm run <name>`) with the options that all have. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      "--data-dir <path>",
      "where the embedded servers keep their data",
      (path: string) => resolve(path),
      join(PROJECT_ROOT, ".data"),
    )
    .option("--debug", "show the stack of an error")
    .showHelpAfterError("(--help shows the options)");
}
