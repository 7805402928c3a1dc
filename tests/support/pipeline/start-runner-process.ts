import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { PipelineSettings } from "./start-pipeline.ts";

/** A pipeline in another process. */
export interface RunnerProcess {
  /** Ends it as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("runner-process.ts", import.meta.url));

/** Starts a pipeline in a process of its own, whose errors appear among the test's; it may not poll yet. */
export function startRunnerProcess(settings: PipelineSettings): RunnerProcess {
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const exit = once(child, "exit");
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  return {
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
