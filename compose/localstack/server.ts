import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { RunningServer } from "#compose/embedded/running-server.ts";
import {
  stopRecordedServer,
  type StopStep,
} from "#compose/embedded/server-process.ts";
import { startServer } from "#compose/embedded/start-server.ts";
import { prepareLaunch, type LaunchOptions } from "./launch/prepare-launch.ts";

const HEALTH_TIMEOUT_MS = 2_000;
const STOP_STEPS: readonly StopStep[] = [
  { signal: "SIGTERM", waitMs: 15_000 },
  { signal: "SIGKILL", waitMs: 10_000 },
];

/**
 * Starts LocalStack on 127.0.0.1 or adopts the running one, and waits until it is healthy; installs it first where
 * that is missing. Throws `port_in_use` (user), `server_start_failed` (external) and what `prepareLaunch` throws.
 */
export async function startLocalStack(
  options: Omit<LaunchOptions, "folder">,
): Promise<RunningServer> {
  const { dataDir, onProgress } = options;
  const port = options.config.LOCALSTACK_PORT;
  const paths = localStackPaths(dataDir);
  await mkdir(paths.folder, { recursive: true });
  const launch = await prepareLaunch({ ...options, folder: paths.folder });
  return startServer({
    server: "LocalStack",
    port,
    setting: "LOCALSTACK_PORT",
    externalSetting: "LOCALSTACK_ENDPOINT",
    ...paths,
    configuration: [launch.command, ...launch.args, JSON.stringify(launch.env)],
    startTimeoutMs: launch.startTimeoutMs,
    stopSteps: STOP_STEPS,
    onProgress,
    answers: () => isHealthy(`http://127.0.0.1:${port}`),
    prepare: () => Promise.resolve({ ...launch, runAs: undefined }),
  });
}

/** Stops the LocalStack of the data directory, whoever started it; false when there is none. */
export function stopLocalStack(dataDir: string): Promise<boolean> {
  return stopRecordedServer(localStackPaths(dataDir).pidFile, STOP_STEPS);
}

/** Tells whether a LocalStack answers at this address. */
export async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${endpoint}/_localstack/health`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    return ok;
  } catch {
    return false;
  }
}

function localStackPaths(dataDir: string) {
  const folder = join(dataDir, "localstack");
  return {
    folder,
    pidFile: join(dataDir, "localstack.pid"),
    logFile: join(folder, "server.log"),
  };
}
