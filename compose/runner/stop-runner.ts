import { kill } from "node:process";

import { stopStack } from "#compose/embedded/stack.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import { stopLocalStack } from "#compose/localstack/server.ts";
import { PipelineError } from "#shared/errors.ts";
import { findRunner } from "./runner-claim.ts";

// An invocation in flight may take its whole time-out of a minute, and the servers stop after it.
const STOP_TIMEOUT_MS = 3 * 60_000;

/** What was running on a data directory. */
export interface StoppedParts {
  readonly runner: boolean;
  readonly localStack: boolean;
  readonly kafka: boolean;
  readonly postgres: boolean;
}

/**
 * Stops the runner of the data directory in order, and servers that were left running without one. Throws
 * `stop_timeout` (external) when the runner is still there after three minutes.
 */
export async function stopRunner(dataDir: string): Promise<StoppedParts> {
  const pid = await findRunner(dataDir);
  if (pid !== undefined) {
    kill(pid, "SIGTERM");
    const hasStopped = await waitUntil(
      async () => (await findRunner(dataDir)) === undefined,
      STOP_TIMEOUT_MS,
    );
    if (!hasStopped) {
      throw new PipelineError(
        `The runner (pid ${pid}) has not stopped within ${STOP_TIMEOUT_MS / 60_000} minutes. See ${dataDir}/logs; end it with kill -9 ${pid}, then run npm run down again.`,
        { code: "stop_timeout", domain: "external", retry: true },
      );
    }
  }
  const localStack = await stopLocalStack(dataDir);
  const servers = await stopStack({ dataDir });
  return { runner: pid !== undefined, localStack, ...servers };
}
