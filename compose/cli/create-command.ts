import { join, resolve } from "node:path";
import { Command } from "commander";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

/** Where the data are unless another place is chosen. */
export const DEFAULT_DATA_DIR = join(PROJECT_ROOT, ".data");

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
      DEFAULT_DATA_DIR,
    )
    .option("--debug", "show the stack of an error")
    .showHelpAfterError("(--help shows the options)");
}
