import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { findServerProcess } from "#compose/embedded/server-process.ts";

/** The parts of the system, each with all of its processes. */
const PARTS = ["node", "kafka", "postgres"] as const;
type Part = (typeof PARTS)[number];

/** What the parts took; memory is the sum of the processes' proportional set sizes at the moment of its peak. */
export interface ProcessUse {
  readonly residentMb: number;
  readonly residentByPartMb: Readonly<Record<Part, number>>;
  /** Processor time of the measured span; of processes that ended meanwhile up to their last sample. */
  readonly cpuSecondsByPart: Readonly<Record<Part, number>>;
}

export interface ProcessMeter {
  /** Ends the measurement; undefined where the system has no /proc. */
  stop(): Promise<ProcessUse | undefined>;
}

// A reading walks all pages of a process, which waits meanwhile.
const SAMPLE_INTERVAL_MS = 2000;
// Linux gives processor time in ticks of 10 ms on every architecture that Node runs on.
const TICKS_PER_SECOND = 100;

/** Begins to sample this process, and the embedded Kafka and Postgres of a data directory with their children. */
export async function startProcessMeter(
  dataDir: string,
): Promise<ProcessMeter> {
  const servers = {
    node: process.pid,
    kafka: await findPid(dataDir, "kafka.pid"),
    postgres: await findPid(dataDir, "postgres.pid"),
  };
  const stopping = new AbortController();
  const firstTicks = new Map<number, number>();
  const lastTicks = new Map<number, { part: Part; ticks: number }>();
  let peak = { node: 0, kafka: 0, postgres: 0 };
  let isMeasurable = true;

  const sample = async (isFirst: boolean): Promise<void> => {
    const processes = await readProcesses();
    if (processes.length === 0) {
      isMeasurable = false;
      return;
    }
    const resident = { node: 0, kafka: 0, postgres: 0 };
    for (const part of PARTS) {
      const members = processes.filter(
        ({ pid, parent }) =>
          pid === servers[part] ||
          (part === "postgres" && parent === servers.postgres),
      );
      for (const { pid, ticks } of members) {
        resident[part] += await readResidentKb(pid);
        if (isFirst) firstTicks.set(pid, ticks);
        lastTicks.set(pid, { part, ticks });
      }
    }
    if (sum(resident) > sum(peak)) peak = resident;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await delay(SAMPLE_INTERVAL_MS, undefined, {
        signal: stopping.signal,
      }).catch(() => undefined);
      await sample(false);
    }
  };
  await sample(true);
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      if (!isMeasurable) return undefined;
      const cpuSecondsByPart = { node: 0, kafka: 0, postgres: 0 };
      for (const [pid, { part, ticks }] of lastTicks) {
        cpuSecondsByPart[part] +=
          (ticks - (firstTicks.get(pid) ?? 0)) / TICKS_PER_SECOND;
      }
      return {
        residentMb: toMb(sum(peak)),
        residentByPartMb: mapParts(peak, toMb),
        cpuSecondsByPart,
      };
    },
  };
}

async function findPid(dataDir: string, pidFile: string): Promise<number> {
  const server = await findServerProcess(join(dataDir, pidFile));
  if (server === undefined)
    throw new Error(
      `${pidFile} names no process that runs; the servers must be embedded ones.`,
    );
  return server.pid;
}

interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

async function readProcesses(): Promise<ProcessSample[]> {
  const names = await readdir("/proc").catch(() => []);
  const stats = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, "utf8").catch(() => "")),
  );
  // A process that ended between the two reads left an empty text.
  return stats.filter((stat) => stat !== "").map(parseStat);
}

function parseStat(stat: string): ProcessSample {
  // The second field is the command in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(fields[1]),
    ticks: Number(fields[11]) + Number(fields[12]),
  };
}

async function readResidentKb(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(
    () => "",
  );
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
}

const sum = (parts: Readonly<Record<Part, number>>): number =>
  parts.node + parts.kafka + parts.postgres;

const toMb = (kb: number): number => Math.round(kb / 1024);

function mapParts(
  parts: Readonly<Record<Part, number>>,
  map: (value: number) => number,
): Record<Part, number> {
  return {
    node: map(parts.node),
    kafka: map(parts.kafka),
    postgres: map(parts.postgres),
  };
}
