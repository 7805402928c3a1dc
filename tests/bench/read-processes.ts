import { readdir, readFile } from "node:fs/promises";

/** A process at one moment; its processor time, in ticks of 10 ms, has that of its children that have ended in it. */
export interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** Reads all processes of this machine; none where the system has no /proc. */
export async function readProcesses(): Promise<ProcessSample[]> {
  const names = await readdir("/proc").catch(() => []);
  const stats = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, "utf8").catch(() => "")),
  );
  // A process that ended between the two reads left an empty text.
  return stats.filter((stat) => stat !== "").map(parseStat);
}

/** Returns a process's proportional set size; 0 when it has ended. */
export async function readResidentKb(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(
    () => "",
  );
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
}

/** Returns a process with all that it has started, and what those have started. */
export function selectFamily(
  processes: readonly ProcessSample[],
  root: number,
): ProcessSample[] {
  const family = processes.filter(({ pid }) => pid === root);
  // The list grows while it is walked.
  for (const { pid: elder } of family)
    family.push(...processes.filter(({ parent }) => parent === elder));
  return family;
}

function parseStat(stat: string): ProcessSample {
  // The second field is the command in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(fields[1]),
    ticks: fields
      .slice(11, 15)
      .reduce((total, field) => total + Number(field), 0),
  };
}
