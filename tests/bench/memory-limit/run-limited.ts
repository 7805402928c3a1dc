import { spawn } from "node:child_process";
import { once } from "node:events";

import { PipelineError } from "#shared/errors.ts";
import {
  createMemoryGroup,
  readMemoryGroup,
  removeMemoryGroup,
} from "./memory-group.ts";

// The shell enters the group and then becomes the command, so that nothing of it is ever outside.
const ENTER_GROUP = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"';

/**
 * Runs this very command again in a group with so many bytes of memory, tells it by `--memory-group` where it is, and
 * returns its exit code. It stands outside, as the command itself may be what is killed. Throws `memory_limit_unavailable`
 * (user), and `memory_limit_exceeded` (internal) when a process was killed.
 */
export async function runLimited(limitBytes: number): Promise<number> {
  const group = await createMemoryGroup(limitBytes);
  try {
    const child = spawn(
      "/bin/sh",
      [
        "-c",
        ENTER_GROUP,
        "sh",
        group,
        process.execPath,
        ...process.execArgv,
        ...process.argv.slice(1),
        "--memory-group",
        group,
      ],
      { stdio: "inherit" },
    );
    // Ctrl-C reaches the child by itself; it ends its servers, and this waits for that.
    process.on("SIGINT", () => undefined);
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    await once(child, "exit");
    const { limit_mb, killed_count } = await readMemoryGroup(group);
    if (killed_count > 0)
      throw new PipelineError(
        `${limit_mb} MB are not enough: the kernel killed ${killed_count} of the benchmark's processes (dmesg names them), expected none. Find what has grown, or give it more with --memory-limit.`,
        { code: "memory_limit_exceeded", domain: "external" },
      );
    return child.exitCode ?? 1;
  } finally {
    await removeMemoryGroup(group);
  }
}
