import { join } from "node:path";

import { locateHome } from "#compose/localstack/home.ts";
import { installLocalStack } from "#compose/localstack/install.ts";
import type { Config } from "#shared/config.ts";
import { describeContainer } from "./describe-container.ts";
import { describeProcess } from "./describe-process.ts";
import type { LaunchedCommand } from "./launched-command.ts";
import { requireDocker } from "./require-docker.ts";

export interface LaunchOptions {
  /** The data directory of the whole stack. */
  readonly dataDir: string;
  /** LocalStack's part of it. */
  readonly folder: string;
  readonly config: Pick<
    Config,
    "LOCALSTACK_EXECUTOR" | "LOCALSTACK_HOME" | "LOCALSTACK_PORT"
  >;
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress: (message: string) => void;
}

/**
 * Returns the command that LOCALSTACK_EXECUTOR asks for, with what it needs installed. Docker is never taken unasked:
 * its containers do not reach embedded servers, which listen on 127.0.0.1. Throws `docker_unavailable`,
 * `missing_python`, `missing_build_tools` (user) and `localstack_install_failed` (external).
 */
export async function prepareLaunch({
  dataDir,
  folder,
  config,
  environment,
  onProgress,
}: LaunchOptions): Promise<LaunchedCommand> {
  const port = config.LOCALSTACK_PORT;
  if (config.LOCALSTACK_EXECUTOR === "docker") {
    await requireDocker(environment);
    return describeContainer({ port, environment });
  }
  const home = await locateHome(config.LOCALSTACK_HOME);
  await installLocalStack({ home, environment, onProgress });
  return describeProcess({
    home,
    filesFolder: join(folder, "files"),
    logsFolder: join(dataDir, "logs"),
    port,
    environment,
  });
}
