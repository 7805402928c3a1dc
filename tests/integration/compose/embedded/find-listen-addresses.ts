import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Returns the address of each TCP port on which one of the processes listens. */
export async function findListenAddresses(
  pids: readonly number[],
): Promise<string[]> {
  const { stdout } = await run("ss", ["--no-header", "-ltnp"]);
  return stdout
    .split("\n")
    .filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)))
    .map((line) => {
      const local = line.trim().split(/\s+/)[3] ?? "";
      return local.slice(0, local.lastIndexOf(":"));
    });
}
