import { DatabaseSync } from "node:sqlite";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { PipelineError } from "#shared/errors.ts";
import { waitUntil } from "./wait-until.ts";

const SQLITE_BUSY = 5;

// A handle that nothing refers to is collected as garbage and its lock goes with it, even while the task still waits.
const openHandles = new Set<DatabaseSync>();

/**
 * Runs the task while no other process on this machine holds the lock of the same path; waits for it up to
 * `timeoutMs` and then throws `lock_timeout` (external, may be tried again).
 */
export async function withFileLock<T>(
  path: string,
  timeoutMs: number,
  task: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  // Node has no flock. An SQLite transaction is the same lock of the operating system: it goes with its process,
  // so there is no left-over lock to recognise and steal.
  const database = new DatabaseSync(path, { timeout: 0 });
  openHandles.add(database);
  try {
    if (!(await waitUntil(() => tryLock(database), timeoutMs))) {
      throw new PipelineError(
        `Another process has been holding ${path} for ${timeoutMs / 1000} s. ` +
          "Wait until it has finished or end it, then try again.",
        { code: "lock_timeout", domain: "external", retry: true },
      );
    }
    return await task();
  } finally {
    openHandles.delete(database);
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("begin exclusive");
    return true;
  } catch (error) {
    if (
      error instanceof Error &&
      "errcode" in error &&
      error.errcode === SQLITE_BUSY
    ) {
      return false;
    }
    throw error;
  }
}
