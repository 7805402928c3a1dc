import { fileURLToPath } from "node:url";

import type { LocalStackHome } from "#compose/localstack/home.ts";
import type { LaunchedCommand } from "./launched-command.ts";
import { SERVICES } from "./services.ts";

const BRIDGE = fileURLToPath(new URL("../bridge/main.ts", import.meta.url));

/** LocalStack as a process of this machine, whose functions are processes too. */
export function describeProcess({
  home,
  filesFolder,
  logsFolder,
  port,
  environment,
}: {
  readonly home: LocalStackHome;
  /** Holds LocalStack's own files. */
  readonly filesFolder: string;
  /** Holds the functions' output. */
  readonly logsFolder: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}): LaunchedCommand {
  return {
    command: home.python,
    args: ["-m", "localstack.runtime.main"],
    env: {
      PATH: environment["PATH"] ?? "",
      HOME: environment["HOME"] ?? "",
      LC_ALL: "C.UTF-8",
      FILESYSTEM_ROOT: filesFolder,
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
      PROCESS_EXECUTOR_LOGS: logsFolder,
    },
    startTimeoutMs: 60_000,
  };
}
