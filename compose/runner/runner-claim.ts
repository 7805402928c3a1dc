import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import { ensureDataDirectory } from "#compose/embedded/data-directory.ts";
import { withFileLock } from "#compose/embedded/file-lock.ts";
import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { PipelineError } from "#shared/errors.ts";

const LOCK_TIMEOUT_MS = 10_000;
const claimSchema = z.strictObject({
  pid: z.int().positive(),
  identity: z.string(),
});

/** One runner at a time works on a data directory. */
export interface RunnerClaim {
  release(): Promise<void>;
}

/**
 * Claims the data directory for this process; a claim whose process is gone is no obstacle, also when its pid has
 * been given to another one. Throws `already_running` (user) when another runner lives.
 */
export async function claimRunner(dataDir: string): Promise<RunnerClaim> {
  await ensureDataDirectory(dataDir);
  const path = claimPath(dataDir);
  await withFileLock(`${path}.lock`, LOCK_TIMEOUT_MS, async () => {
    const pid = await findRunner(dataDir);
    if (pid !== undefined) {
      throw new PipelineError(
        `A runner (pid ${pid}) already works on ${dataDir}. See what it does with npm run status, or stop it with npm run down.`,
        { code: "already_running", domain: "user" },
      );
    }
    const claim = {
      pid: process.pid,
      identity: await readProcessIdentity(process.pid),
    };
    await writeFile(`${path}.part`, `${JSON.stringify(claim)}\n`);
    await rename(`${path}.part`, path);
  });
  return { release: () => rm(path, { force: true }) };
}

/** Returns the pid of the runner that works on the data directory, or undefined. */
export async function findRunner(dataDir: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(claimPath(dataDir), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return undefined;
    throw error;
  }
  const { pid, identity } = claimSchema.parse(JSON.parse(text));
  return (await readProcessIdentity(pid)) === identity ? pid : undefined;
}

function claimPath(dataDir: string): string {
  return join(dataDir, "runner.pid");
}
