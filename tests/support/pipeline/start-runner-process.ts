import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { RunnerSettings, RunnerWork } from "./runner-work.ts";

/** A pipeline in another process. */
export interface RunnerProcess {
  /** What it last told of itself; `null` = nothing yet, which is for ever if no mishaps are planned. */
  readonly work: RunnerWork | null;
  /** Keeps every invocation from now on in flight; they end with the process. */
  holdInvocations(): void;
  /** Ends it as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("runner-process.ts", import.meta.url));

/** Starts a pipeline in a process of its own, whose errors appear among the test's; it may not poll yet. */
export function startRunnerProcess(settings: RunnerSettings): RunnerProcess {
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ["pipe", "ignore", "inherit", "ipc"],
  });
  const exit = once(child, "exit");
  let work: RunnerWork | null = null;
  child.on("message", (message: RunnerWork) => {
    work = message;
  });
  child.stdin?.write(`${JSON.stringify(settings)}\n`);
  return {
    get work() {
      return work;
    },
    holdInvocations: () => {
      child.send("hold");
    },
    kill: async () => {
      if (child.exitCode !== null)
        throw new Error(
          `The runner has ended by itself, with ${child.exitCode}.`,
        );
      child.kill("SIGKILL");
      await exit;
    },
  };
}
