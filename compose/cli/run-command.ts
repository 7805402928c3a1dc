import type { Command } from "commander";

import { describeFailure } from "./describe-failure.ts";

/**
 * Runs a command over the process's arguments and ends the process: 0 when the action returns, 1 when it throws
 * (its message goes to stderr), or the exit code that the action has set.
 */
export async function runCommand(command: Command): Promise<never> {
  try {
    await command.parseAsync();
  } catch (error) {
    process.stderr.write(`${describeFailure(error, isDebugging(command))}\n`);
    process.exit(1);
  }
  // Clients may keep a connection open that nobody needs any more.
  process.exit(process.exitCode);
}

/** Whether the command or the subcommand that ran was asked for more. */
function isDebugging(command: Command): boolean {
  return (
    command.opts<{ debug?: boolean }>().debug === true ||
    command.commands.some(isDebugging)
  );
}
