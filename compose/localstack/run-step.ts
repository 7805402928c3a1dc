import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { PipelineError } from "#shared/errors.ts";

const SHOWN_LINES = 20;

/** A program that an installation needs to run. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs a program to its end; throws `localstack_install_failed` (external) with its last lines when it fails. */
export async function runStep({
  command,
  args,
  environment,
}: Step): Promise<void> {
  const child = spawn(command, args, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > SHOWN_LINES) lines.shift();
    });
  }
  const why = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  if (why === undefined) return;
  throw new PipelineError(
    `LocalStack could not be installed: ${[command, ...args].join(" ")} failed (${why}). Is the network there? Mend what it says, then try again:\n${lines.join("\n")}`,
    { code: "localstack_install_failed", domain: "external", retry: true },
  );
}
