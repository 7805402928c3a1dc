import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { platform } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Returns a text that no other process ever has together with this pid (its start time, on Linux with the boot's id),
 * or undefined when no such process lives; a zombie counts as dead, because in a container nobody may reap it.
 */
export async function readProcessIdentity(
  pid: number,
): Promise<string | undefined> {
  return platform() === "linux"
    ? readLinuxIdentity(pid)
    : readPortableIdentity(pid);
}

async function readLinuxIdentity(pid: number): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    if (isMissingProcess(error)) {
      return undefined;
    }
    throw error;
  }
  // The second field is the command's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, threads, startTicks] = [fields[0], fields[17], fields[19]];
  // The first thread of a process that was killed may be gone while others still hold its ports and files.
  if ((state === "Z" && Number(threads) <= 1) || state === "X") {
    return undefined;
  }
  // Ticks count from the boot, so after a reboot the same pair may come again.
  const bootId = (
    await readFile("/proc/sys/kernel/random/boot_id", "utf8")
  ).trim();
  return `${bootId}/${startTicks}`;
}

async function readPortableIdentity(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run(
      "ps",
      ["-o", "stat=,lstart=", "-p", String(pid)],
      {
        // The start time is printed in the caller's language and zone otherwise.
        env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      },
    );
    const [state = "Z", ...startedAt] = stdout.trim().split(/\s+/);
    return state.startsWith("Z") ? undefined : startedAt.join(" ");
  } catch (error) {
    // `ps` exits with 1 when it knows no such pid.
    if (error instanceof Error && "code" in error && error.code === 1) {
      return undefined;
    }
    throw error;
  }
}

function isMissingProcess(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ESRCH")
  );
}
