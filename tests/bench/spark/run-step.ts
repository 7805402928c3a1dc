import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);

const SHOWN_LINES = 20;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a program of the installation to its end; throws `spark_install_failed` (external) with its last lines. */
export async function runStep(
  command: string,
  args: readonly string[],
): Promise<void> {
  try {
    await run(command, args, { maxBuffer: MOST_OUTPUT_BYTES });
  } catch (cause) {
    const output =
      cause instanceof Error && "stdout" in cause && "stderr" in cause
        ? `${String(cause.stdout)}${String(cause.stderr)}`
        : "";
    const said = output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
    throw new PipelineError(
      `Spark could not be installed: ${[command, ...args].join(" ")} failed. Is the network there, and set in pip's and Maven's own settings where a proxy or a mirror is needed? Mend what it says, then try again:\n${said || String(cause)}`,
      { code: "spark_install_failed", domain: "external", retry: true, cause },
    );
  }
}
