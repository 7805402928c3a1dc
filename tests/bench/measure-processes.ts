import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { findServerProcess } from "#compose/embedded/server-process.ts";
import {
  listPeaksByTenth,
  type MemorySample,
  type PeaksByTenth,
} from "./memory-timeline.ts";
import {
  readProcesses,
  readResidentKb,
  selectFamily,
} from "./read-processes.ts";

/** What is measured as one: a process alone, or with all that it has started. */
export interface MeteredPart {
  readonly pid: number;
  readonly withFamily: boolean;
}

/** What the parts took; memory is the sum of the processes' proportional set sizes at the moment of its peak. */
export interface ProcessUse {
  readonly residentMb: number;
  readonly residentByPartMb: Readonly<Record<string, number>>;
  /** Of each part its own peak in each tenth of the span: whether it grows. */
  readonly residentByTenthMb: Readonly<Record<string, PeaksByTenth>>;
  /** Processor time of the measured span, up to the last sample; that of processes that ended meanwhile is in it. */
  readonly cpuSecondsByPart: Readonly<Record<string, number>>;
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
  return startMeter({
    // The servers are among this process's own children.
    node: { pid: process.pid, withFamily: false },
    ...(await findServerParts(dataDir)),
  });
}

/** The embedded Kafka and Postgres of a data directory, as parts of what is measured. */
export async function findServerParts(
  dataDir: string,
): Promise<Record<string, MeteredPart>> {
  return {
    kafka: { pid: await findPid(dataDir, "kafka.pid"), withFamily: false },
    postgres: { pid: await findPid(dataDir, "postgres.pid"), withFamily: true },
  };
}

/** Begins to sample the parts. */
export async function startMeter(
  parts: Readonly<Record<string, MeteredPart>>,
): Promise<ProcessMeter> {
  const stopping = new AbortController();
  let firstTicks: Record<string, number> | undefined;
  let lastTicks: Record<string, number> = {};
  const timeline: MemorySample[] = [];
  let isMeasurable = true;

  const sample = async (): Promise<void> => {
    const processes = await readProcesses();
    if (processes.length === 0) {
      isMeasurable = false;
      return;
    }
    const resident: Record<string, number> = {};
    const ticks: Record<string, number> = {};
    const atMs = performance.now();
    for (const [part, { pid: root, withFamily }] of Object.entries(parts)) {
      const members = withFamily
        ? selectFamily(processes, root)
        : processes.filter(({ pid }) => pid === root);
      let residentKb = 0;
      for (const { pid } of members) residentKb += await readResidentKb(pid);
      resident[part] = residentKb;
      ticks[part] = members.reduce((total, member) => total + member.ticks, 0);
    }
    firstTicks ??= ticks;
    lastTicks = ticks;
    timeline.push({ atMs, residentKb: resident });
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await delay(SAMPLE_INTERVAL_MS, undefined, {
        signal: stopping.signal,
      }).catch(() => undefined);
      await sample();
    }
  };
  await sample();
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      if (!isMeasurable) return undefined;
      const peak = findPeak(timeline);
      return {
        residentMb: toMb(sum(peak)),
        residentByPartMb: mapParts(peak, toMb),
        residentByTenthMb: listPeaksByTenth(timeline),
        cpuSecondsByPart: mapParts(
          lastTicks,
          (ticks, part) =>
            (ticks - (firstTicks?.[part] ?? 0)) / TICKS_PER_SECOND,
        ),
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

/** The moment at which all parts together held the most. */
function findPeak(
  timeline: readonly MemorySample[],
): Readonly<Record<string, number>> {
  return timeline
    .map(({ residentKb }) => residentKb)
    .reduce(
      (peak, resident) => (sum(resident) > sum(peak) ? resident : peak),
      {},
    );
}

const toMb = (kb: number): number => Math.round(kb / 1024);

const sum = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((total, value) => total + value, 0);

function mapParts<Value>(
  parts: Readonly<Record<string, Value>>,
  map: (value: Value, part: string) => number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parts).map(([part, value]) => [part, map(value, part)]),
  );
}
