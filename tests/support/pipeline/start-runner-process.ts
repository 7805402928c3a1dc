import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import type { RunnerSettings, RunnerWork } from "./runner-work.ts";

/** A pipeline in another process. */
export interface RunnerProcess {
  readonly pid: number;
  /** What it last told of itself; `null` = nothing yet, which is for ever if no mishaps are planned. */
  readonly work: RunnerWork | null;
  /** Keeps every invocation from now on in flight; they end with the process. */
  holdInvocations(): void;
  /** Stops it where it is, until it is resumed. */
  pause(): void;
  resume(): void;
  /** Ends it in order, which only one without mishaps does; rejects when it had ended by itself. */
  stop(): Promise<void>;
  /** Ends it as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("runner-process.ts", import.meta.url));

interface ProcessOptions {
  /** Beyond the test's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the code that it runs; this project's unless given. */
  readonly root?: string;
}

/** Starts a pipeline in a process of its own, whose errors appear among the test's; it may not poll yet. */
export function startRunnerProcess(
  settings: RunnerSettings,
  { environment = {}, root = PROJECT_ROOT }: ProcessOptions = {},
): RunnerProcess {
  const child = spawn(
    process.execPath,
    [
      // As package.json's commands: kafkajs plans for moments that have passed.
      "--disable-warning=TimeoutNegativeWarning",
      join(root, relative(PROJECT_ROOT, PROGRAM)),
    ],
    {
      stdio: ["pipe", "ignore", "inherit", "ipc"],
      env: { ...process.env, ...environment },
    },
  );
  const exit = once(child, "exit");
  let work: RunnerWork | null = null;
  child.on("message", (message: RunnerWork) => {
    work = message;
  });
  child.stdin?.write(`${JSON.stringify(settings)}\n`);
  const { pid } = child;
  if (pid === undefined) throw new Error("The runner did not start.");
  return {
    pid,
    get work() {
      return work;
    },
    holdInvocations: () => {
      child.send("hold");
    },
    pause: () => {
      child.kill("SIGSTOP");
    },
    resume: () => {
      child.kill("SIGCONT");
    },
    stop: async () => {
      refuseEnded();
      child.send("stop");
      await exit;
    },
    kill: async () => {
      refuseEnded();
      child.kill("SIGKILL");
      await exit;
    },
  };

  function refuseEnded(): void {
    if (child.exitCode !== null)
      throw new Error(
        `The runner has ended by itself, with ${child.exitCode}.`,
      );
  }
}
