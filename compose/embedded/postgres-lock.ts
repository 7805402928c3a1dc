import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { PipelineError } from "#shared/errors.ts";
import { readIfExists } from "./read-if-exists.ts";

const run = promisify(execFile);

const ORPHANS_TIMEOUT_MS = 60_000;
const RETRY_INTERVAL_MS = 500;

/**
 * Removes Postgres' own lock file when the process it names is not a Postgres: after a crash of the machine that
 * pid may belong to any program of the same user, and Postgres would refuse to start because of it.
 */
export async function removeStaleLock(cluster: string): Promise<void> {
  const lockFile = lockFileOf(cluster);
  const pid = Number((await readIfExists(lockFile))?.split("\n")[0]);
  const command =
    Number.isInteger(pid) && pid > 0 ? await readCommandLine(pid) : undefined;
  if (command !== undefined && !command.includes("postgres")) {
    await rm(lockFile);
  }
}

/**
 * Starts Postgres, again for up to a minute where the last one was killed: its sessions finish their statement
 * before they notice, and until then Postgres refuses to open the same data a second time.
 */
export async function startBesideOrphans<T>(
  cluster: string,
  start: () => Promise<T>,
): Promise<T> {
  const wasKilled = (await readIfExists(lockFileOf(cluster))) !== undefined;
  const deadline = performance.now() + ORPHANS_TIMEOUT_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const mayPass =
        error instanceof PipelineError &&
        error.code === "server_start_failed" &&
        wasKilled;
      if (!mayPass || performance.now() >= deadline) {
        throw error;
      }
      await delay(RETRY_INTERVAL_MS);
    }
  }
}

function lockFileOf(cluster: string): string {
  return join(cluster, "postmaster.pid");
}

async function readCommandLine(pid: number): Promise<string | undefined> {
  try {
    return (await run("ps", ["-o", "args=", "-p", String(pid)])).stdout;
  } catch {
    // No such process: Postgres sees that itself. Without a ps command we leave the judgement to it too.
    return undefined;
  }
}
