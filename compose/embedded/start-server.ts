import { createHash } from "node:crypto";
import { PipelineError } from "#shared/errors.ts";
import { assertPortFree, type PortUse } from "./ports.ts";
import type { OnProgress, RunningServer } from "./running-server.ts";
import {
  findServerProcess,
  isRunning,
  launchServerProcess,
  readLogTail,
  stopServerProcess,
  type Launch,
  type ServerProcess,
  type StopStep,
} from "./server-process.ts";
import { waitUntil } from "./wait-until.ts";

// A server that was still starting when its runner was killed is worth this wait; one that hangs is not.
const ADOPT_TIMEOUT_MS = 15_000;

export interface ServerSpec extends PortUse {
  readonly pidFile: string;
  readonly logFile: string;
  /** Whatever makes a running server a different one when it changes: command, arguments, settings. */
  readonly configuration: readonly string[];
  /** Makes the data directory ready; called only when nothing could be adopted. */
  prepare(): Promise<Pick<Launch, "command" | "args" | "env" | "runAs">>;
  answers(): Promise<boolean>;
  readonly startTimeoutMs: number;
  readonly stopSteps: readonly StopStep[];
  readonly onProgress: OnProgress;
}

/**
 * Adopts the server of the pid file when it is the one wanted and answers, else stops it and starts anew. Throws
 * `port_in_use` (user), `server_start_failed` (external) with the end of the log, and what `prepare` throws.
 */
export async function startServer(spec: ServerSpec): Promise<RunningServer> {
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([spec.port, ...spec.configuration]))
    .digest("hex");
  const found = await findServerProcess(spec.pidFile);
  if (found !== undefined) {
    if (
      found.fingerprint === fingerprint &&
      (await waitForAnswer(spec, found, ADOPT_TIMEOUT_MS)) === "answers"
    ) {
      spec.onProgress(
        `${spec.server}: already running on 127.0.0.1:${spec.port}`,
      );
      return describe(spec, found, "adopted");
    }
    spec.onProgress(`${spec.server}: stopping the one of an earlier start`);
    await stopServerProcess(spec.pidFile, found, spec.stopSteps);
  }
  await assertPortFree(spec);
  const prepared = await spec.prepare();
  spec.onProgress(`${spec.server}: starting on 127.0.0.1:${spec.port}`);
  const { pidFile, logFile, port } = spec;
  const started = await launchServerProcess({
    ...prepared,
    pidFile,
    logFile,
    port,
    fingerprint,
  });
  try {
    await assertComesUp(spec, started);
  } catch (error) {
    await stopServerProcess(pidFile, started, spec.stopSteps);
    throw error;
  }
  return describe(spec, started, "started");
}

async function assertComesUp(
  spec: ServerSpec,
  started: ServerProcess,
): Promise<void> {
  const state = await waitForAnswer(spec, started, spec.startTimeoutMs);
  if (state !== "answers") {
    const { logFile } = spec;
    throw new PipelineError(
      `${spec.server} did not start: ${state === "ended" ? "it ended" : `no answer in ${spec.startTimeoutMs / 1000} s`}. ` +
        `The end of ${logFile}:\n${await readLogTail(logFile)}`,
      { code: "server_start_failed", domain: "external" },
    );
  }
}

async function waitForAnswer(
  spec: ServerSpec,
  server: ServerProcess,
  timeoutMs: number,
): Promise<"answers" | "ended" | "silent"> {
  let running = true;
  const settled = await waitUntil(async () => {
    running = await isRunning(server);
    return !running || (await spec.answers());
  }, timeoutMs);
  if (!running) {
    return "ended";
  }
  return settled ? "answers" : "silent";
}

function describe(
  { pidFile, stopSteps }: ServerSpec,
  server: ServerProcess,
  origin: RunningServer["origin"],
): RunningServer {
  return {
    pid: server.pid,
    port: server.port,
    origin,
    stop: () => stopServerProcess(pidFile, server, stopSteps),
  };
}
