import { access, mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { waitUntil } from "#compose/embedded/wait-until.ts";
import { PipelineError } from "#shared/errors.ts";
import { findUnifiedHierarchy, readEventCount } from "./parse-cgroup.ts";

const MB = 1024 * 1024;
const EMPTY_TIMEOUT_MS = 30_000;

/** What a group of processes has taken. */
export interface MemoryLimitResult {
  readonly limit_mb: number;
  /** With the page cache, which the kernel gives up first: a peak at the limit is no fault. Null before Linux 5.19. */
  readonly peak_mb: number | null;
  /** Processes that the kernel killed, as nothing was left to give up. */
  readonly killed_count: number;
}

/**
 * Makes a control group (v2) that may have so many bytes, without swap, and returns its directory. Throws
 * `memory_limit_unavailable` (user) where this system does not let us.
 */
export async function createMemoryGroup(limitBytes: number): Promise<string> {
  const root = findUnifiedHierarchy(
    await readFile("/proc/self/mountinfo", "utf8").catch(() => ""),
  );
  if (root === undefined)
    throw unavailable(
      "no cgroup v2 hierarchy is mounted here; expected one, as at /sys/fs/cgroup on Linux",
    );
  const controllers = await readFile(join(root, "cgroup.controllers"), "utf8");
  if (!controllers.split(/\s+/).includes("memory"))
    throw unavailable(
      `the cgroup v2 hierarchy at ${root} has no memory controller (it has: ${controllers.trim() || "none"}), which cgroup v1 holds or the kernel has switched off; start the system with cgroup_no_v1=memory or, under systemd, systemd.unified_cgroup_hierarchy=1`,
    );
  const group = join(root, `music-streaming-bench-${process.pid}`);
  try {
    await writeFile(join(root, "cgroup.subtree_control"), "+memory");
    await mkdir(group);
    await writeFile(join(group, "memory.max"), String(limitBytes));
    await forbidSwap(group);
  } catch (cause) {
    await rmdir(group).catch(() => undefined);
    throw unavailable(
      `${cause instanceof Error ? cause.message : String(cause)}; making a group at ${root} takes root, a hierarchy that is mounted for writing, and in a container the host's`,
      cause,
    );
  }
  return group;
}

/** Reads what the group has taken until now. */
export async function readMemoryGroup(
  group: string,
): Promise<MemoryLimitResult> {
  const [limit, events, peak] = await Promise.all([
    readFile(join(group, "memory.max"), "utf8"),
    readFile(join(group, "memory.events"), "utf8"),
    readFile(join(group, "memory.peak"), "utf8").catch(() => undefined),
  ]);
  return {
    limit_mb: Math.round(Number(limit) / MB),
    peak_mb: peak === undefined ? null : Math.round(Number(peak) / MB),
    killed_count: readEventCount(events, "oom_kill"),
  };
}

/** Kills what is left in the group, which after a whole run is nothing, and removes it. */
export async function removeMemoryGroup(group: string): Promise<void> {
  const isEmpty = async () =>
    readEventCount(
      await readFile(join(group, "cgroup.events"), "utf8"),
      "populated",
    ) === 0;
  // The servers of a benchmark that was killed, too: they are in sessions of their own and do not end with it.
  if (!(await isEmpty())) await writeFile(join(group, "cgroup.kill"), "1");
  await waitUntil(isEmpty, EMPTY_TIMEOUT_MS);
  await rmdir(group);
}

/** A kernel without swap accounting has no such file. */
async function forbidSwap(group: string): Promise<void> {
  const file = join(group, "memory.swap.max");
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) await writeFile(file, "0");
}

function unavailable(reason: string, cause?: unknown): PipelineError {
  return new PipelineError(
    `The memory cannot be limited: ${reason}. Or leave out --memory-limit.`,
    { code: "memory_limit_unavailable", domain: "user", cause },
  );
}
