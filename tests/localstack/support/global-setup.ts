import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

import { readEnvironment } from "#compose/cli/environment.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { startLocalStack } from "#compose/localstack/server.ts";
import { readConfig } from "#shared/config.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** `http://127.0.0.1:<port>` of the LocalStack of this run. */
    localStackEndpoint: string;
    /** Folder with one log per function. */
    localStackLogs: string;
  }
}

/** Starts one LocalStack for the whole run in a directory of its own; returns what removes it. */
export default async function startForTests({
  provide,
}: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "music-streaming-localstack-"));
  const port = await findFreePort();
  const environment = readEnvironment();
  const server = await startLocalStack({
    dataDir,
    config: { ...readConfig([], environment), LOCALSTACK_PORT: port },
    environment,
    onProgress: () => undefined,
  }).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true });
    throw error;
  });
  provide("localStackEndpoint", `http://127.0.0.1:${port}`);
  provide("localStackLogs", join(dataDir, "logs"));
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true });
  };
}
