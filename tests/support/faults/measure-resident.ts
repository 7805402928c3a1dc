import { readFile } from "node:fs/promises";

/** Returns the resident memory of a process in MB, as Linux counts it. */
export async function measureResidentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  if (!Number.isFinite(kilobytes))
    throw new Error(`The memory of process ${pid} is not known.`);
  return kilobytes / 1024;
}
