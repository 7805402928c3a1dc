import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import type {
  OnProgress,
  RunningServer,
} from "#compose/embedded/running-server.ts";
import {
  readServerProcess,
  stopRecordedServer,
  type StopStep,
} from "#compose/embedded/server-process.ts";
import { startServer } from "#compose/embedded/start-server.ts";
import { describeEnvironment } from "./describe-environment.ts";
import { CONFIG_FILE, type SupersetHome } from "./home.ts";
import { locateInstance, type Instance } from "./instance.ts";
import { prepareMetadata } from "./prepare-metadata.ts";
import { listSecretFiles } from "./secrets.ts";

const HEALTH_TIMEOUT_MS = 2_000;
// Importing all of Superset from a cold disk.
const START_TIMEOUT_MS = 120_000;
/** The first lets requests come to their end, the second does not. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: "SIGTERM", waitMs: 35_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
];

export interface ServerOptions {
  readonly home: SupersetHome;
  readonly instance: Instance;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress: OnProgress;
}

/**
 * Starts Superset on 127.0.0.1, or adopts the running one when neither its version nor its settings have changed, and
 * waits until it is healthy. Throws `port_in_use` (user), `server_start_failed` and `superset_metadata_failed` (external).
 */
export async function startSupersetServer({
  home,
  instance,
  port,
  environment,
  onProgress,
}: ServerOptions): Promise<RunningServer> {
  const env = describeEnvironment(instance, environment);
  const args = [
    "--workers=1",
    "--worker-class=gthread",
    "--threads=8",
    "--timeout=120",
    // After its own 2 seconds it would close a connection just when a client is about to use it again.
    "--keep-alive=65",
    `--bind=127.0.0.1:${port}`,
    // A socket in the user's home folder, by which others could control it.
    "--no-control-socket",
    "superset.app:create_app()",
  ];
  return startServer({
    server: "Superset",
    port,
    setting: "SUPERSET_PORT",
    externalSetting: undefined,
    pidFile: instance.pidFile,
    logFile: instance.logFile,
    configuration: [
      home.gunicorn,
      ...args,
      JSON.stringify(env),
      await describeFiles(instance),
    ],
    startTimeoutMs: START_TIMEOUT_MS,
    stopSteps: STOP_STEPS,
    onProgress,
    answers: () => isHealthy(port),
    prepare: async () => {
      await prepareMetadata({ home, instance, environment: env, onProgress });
      return { command: home.gunicorn, args, env, runAs: undefined };
    },
  });
}

/** Stops the Superset of the data directory, whoever started it; false when there is none. */
export function stopSuperset(dataDir: string): Promise<boolean> {
  return stopRecordedServer(locateInstance(dataDir).pidFile, STOP_STEPS);
}

/** Returns the pid and the port of the Superset of the data directory; undefined when none runs. */
export function findSuperset(
  dataDir: string,
): Promise<{ readonly pid: number; readonly port: number } | undefined> {
  return readServerProcess(locateInstance(dataDir).pidFile);
}

/** Tells whether a Superset answers at this port of 127.0.0.1. */
export async function isHealthy(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    // Read, so that the connection is free for the next request.
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}

/** What the server reads once, when it starts, and the password that it is prepared with then. */
async function describeFiles(instance: Instance): Promise<string> {
  const hash = createHash("sha256").update(await readFile(CONFIG_FILE));
  for (const path of listSecretFiles(instance))
    hash.update(await readFile(path));
  return hash.digest("hex");
}
