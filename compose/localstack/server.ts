import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { RunningServer } from "#compose/embedded/running-server.ts";
import {
  stopRecordedServer,
  type StopStep,
} from "#compose/embedded/server-process.ts";
import { startServer } from "#compose/embedded/start-server.ts";
import { locateHome, LOCALSTACK_VERSION } from "./home.ts";
import { installLocalStack } from "./install.ts";

const run = promisify(execFile);

const BRIDGE = fileURLToPath(new URL("./bridge/main.ts", import.meta.url));
const IMAGE = `localstack/localstack:${LOCALSTACK_VERSION}`;
const SERVICES = "lambda,s3,sqs,sns,iam,sts,logs,events";
const START_TIMEOUT_MS = 60_000;
// The first pull of the image may take its time.
const DOCKER_START_TIMEOUT_MS = 10 * 60_000;
const HEALTH_TIMEOUT_MS = 2_000;
const STOP_STEPS: readonly StopStep[] = [
  { signal: "SIGTERM", waitMs: 15_000 },
  { signal: "SIGKILL", waitMs: 10_000 },
];

export interface LocalStackOptions {
  /** The data directory of the whole stack; LocalStack's part is `localstack/` in it. */
  readonly dataDir: string;
  readonly port: number;
  /** Holds the installation; the user's cache unless given. */
  readonly homeParent?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress: (message: string) => void;
}

/**
 * Starts LocalStack on 127.0.0.1 or adopts the running one, and waits until it is healthy; installs it first where
 * that is missing. Where Docker runs it is the image. Throws `port_in_use`, `missing_python`, `missing_build_tools`
 * (user), `localstack_install_failed` and `server_start_failed` (external).
 */
export async function startLocalStack(
  options: LocalStackOptions,
): Promise<RunningServer> {
  const { dataDir, port, onProgress } = options;
  const paths = localStackPaths(dataDir);
  await mkdir(paths.folder, { recursive: true });
  const hasDocker = await isDockerRunning(options.environment);
  const launch = hasDocker
    ? describeContainer(options)
    : await describeProcess(options);
  return startServer({
    server: "LocalStack",
    port,
    setting: "LOCALSTACK_PORT",
    externalSetting: "LOCALSTACK_ENDPOINT",
    ...paths,
    configuration: [launch.command, ...launch.args, JSON.stringify(launch.env)],
    startTimeoutMs: hasDocker ? DOCKER_START_TIMEOUT_MS : START_TIMEOUT_MS,
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

interface LaunchedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function describeProcess({
  dataDir,
  port,
  homeParent,
  environment,
  onProgress,
}: LocalStackOptions): Promise<LaunchedCommand> {
  const home = await locateHome(homeParent);
  await installLocalStack({ home, environment, onProgress });
  return {
    command: home.python,
    args: ["-m", "localstack.runtime.main"],
    env: {
      PATH: environment["PATH"] ?? "",
      HOME: environment["HOME"] ?? "",
      LC_ALL: "C.UTF-8",
      FILESYSTEM_ROOT: join(localStackPaths(dataDir).folder, "files"),
      OVERRIDE_IN_DOCKER: "0",
      // The default server ignores the address and listens on all of them.
      GATEWAY_SERVER: "hypercorn",
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      // No name server, no certificate from elsewhere, no report to the maker.
      DNS_ADDRESS: "0",
      SKIP_SSL_CERT_DOWNLOAD: "1",
      DISABLE_EVENTS: "1",
      SERVICES,
      // A SIGTERM soon after the first invocation may hang otherwise.
      EAGER_SERVICE_LOADING: "1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
      LAMBDA_RUNTIME_EXECUTOR: "process",
      PROCESS_EXECUTOR_NODE: process.execPath,
      PROCESS_EXECUTOR_BRIDGE: BRIDGE,
      PROCESS_EXECUTOR_RIC: home.ric,
      PROCESS_EXECUTOR_LOGS: join(dataDir, "logs"),
    },
  };
}

function describeContainer({
  port,
  environment,
}: LocalStackOptions): LaunchedCommand {
  const settings = {
    SERVICES,
    EAGER_SERVICE_LOADING: "1",
    DISABLE_EVENTS: "1",
    LAMBDA_IGNORE_ARCHITECTURE: "1",
  };
  return {
    command: "docker",
    args: [
      "run",
      "--rm",
      // The client passes the signal that ends it on to the container.
      "--sig-proxy=true",
      "--publish",
      `127.0.0.1:${port}:4566`,
      // Its functions are containers beside it.
      "--volume",
      "/var/run/docker.sock:/var/run/docker.sock",
      ...Object.entries(settings).flatMap(([name, value]) => [
        "--env",
        `${name}=${value}`,
      ]),
      IMAGE,
    ],
    env: { PATH: environment["PATH"] ?? "", HOME: environment["HOME"] ?? "" },
  };
}

async function isDockerRunning(
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    await run("docker", ["info"], { env: environment });
    return true;
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
