import { spawn } from "node:child_process";

import type { BridgeSettings } from "./settings.ts";

/** Node with one handler loaded. */
export interface RuntimeProcess {
  /** Ends it at once; `onExit` is not called any more. */
  kill(): void;
}

/** Starts the runtime, which asks the Runtime API at `port` for invocations. */
export function startRuntimeProcess(
  { runtimeClient, taskRoot, functionEnvironment }: BridgeSettings,
  port: number,
  listeners: {
    readonly onOutput: (text: string) => void;
    /** `why` is `exit status 1` or `signal: SIGKILL`. */
    readonly onExit: (why: string) => void;
  },
): RuntimeProcess {
  const child = spawn(
    process.execPath,
    ["--enable-source-maps", runtimeClient],
    {
      cwd: taskRoot,
      env: {
        ...functionEnvironment,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let isKilled = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", listeners.onOutput);
  child.once("close", (code, signal) => {
    if (!isKilled)
      listeners.onExit(
        signal === null ? `exit status ${code}` : `signal: ${signal}`,
      );
  });
  return {
    kill: () => {
      isKilled = true;
      child.kill("SIGKILL");
    },
  };
}
