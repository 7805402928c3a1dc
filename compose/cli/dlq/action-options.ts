import { type Command, InvalidArgumentError } from "commander";
import { createLogUpdate } from "log-update";

import { nameOperator } from "#compose/dead-letters/operator-action.ts";
import { parseRate } from "../parse-options.ts";
import { renderProgress } from "../render-progress.ts";

/** What commands that change letters share. */
export interface ActionOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly rate?: number;
  readonly as: string;
  readonly note?: string;
  readonly json?: boolean;
}

/** Adds the options of a command that changes letters. */
export function addActionOptions(command: Command): Command {
  return command
    .option("--all", "every letter that waits, or that is in the --state")
    .option("--dry-run", "only say what would become of them")
    .option("--rate <rate>", "letters a second, such as 100/s", parseRate)
    .option(
      "--as <name>",
      "who does it, written down with it",
      parseName,
      nameOperator(),
    )
    .option("--note <text>", "why, written down with it")
    .option("--json", "print JSON");
}

function parseName(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Expected a name.");
  return text;
}

/** Draws a bar on the standard error where that is a terminal: the standard output may be piped. */
export function openProgress(): {
  readonly draw: (done: number, total: number) => void;
  readonly clear: () => void;
} {
  const update = process.stderr.isTTY
    ? createLogUpdate(process.stderr)
    : undefined;
  return {
    draw: (done, total) => update?.(renderProgress("Letters", done, total)),
    clear: () => update?.clear(),
  };
}
