import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { PipelineError } from "#shared/errors.ts";

const SHOWN_LINES = 20;

/** What a person is told of a step that fails, before its last lines. */
export interface StepFailure {
  /** `LocalStack could not be installed` */
  readonly what: string;
  /** A sentence with the next step, without its full stop. */
  readonly advice: string;
  readonly code: string;
}

/** A program that something needs to run to its end. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly failure: StepFailure;
}

/** What helps most often where an installation fails. */
export const INSTALL_ADVICE =
  "Is the network there? Mend what it says, then try again";

/**
 * Runs a program to its end, or to the end of this process; throws the failure's code (external) with its last lines when
 * it fails.
 */
export async function runStep({
  command,
  args,
  environment,
  failure,
}: Step): Promise<void> {
  const child = spawn(command, args, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stopWatching = endWithThisProcess(child.pid);
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
  stopWatching();
  if (why === undefined) return;
  throw new PipelineError(
    `${failure.what}: ${[command, ...args].join(" ")} failed (${why}). ${failure.advice}:\n${lines.join("\n")}`,
    { code: failure.code, domain: "external", retry: true },
  );
}

/**
 * Lets a program end when this process does, however that ends: left alone, pip would go on writing into what the next
 * installation has begun anew. Returns what takes that back, for a program that has ended by itself.
 */
function endWithThisProcess(pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  // Its input ends with this process. In a session of its own, since Ctrl-C would end it, too.
  const watcher = spawn("/bin/sh", ["-c", `read -r _; kill ${pid}`], {
    detached: true,
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell the step runs as well, only unwatched.
  watcher.on("error", () => undefined);
  return () => watcher.kill("SIGKILL");
}
