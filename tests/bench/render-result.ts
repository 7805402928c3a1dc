import { createTable } from "#compose/runner/create-table.ts";
import { formatCount } from "#compose/runner/format-count.ts";
import type { describeMachine } from "./describe-machine.ts";
import type { BacklogResult } from "./measure-backlog.ts";
import type { MemoryLimitResult } from "./memory-limit/memory-group.ts";

/** What `npm run bench` found: the median run, with all runs beside it. */
export interface BenchResult extends BacklogResult {
  readonly runs: readonly BacklogResult[];
  /** Null where none was asked for. */
  readonly memory_limit: MemoryLimitResult | null;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly measured_at: string;
}

/** The alternatives by the name that their fields in the result have. */
const ALTERNATIVES: Readonly<Record<string, string>> = {
  enforced_copy: "COPY, enforced keys",
  bare_copy: "COPY, bare table",
  spark: "Spark, as replaced",
  spark_few_partitions: "Spark, few partitions",
  spark_tuned: "Spark, tuned",
};
const NONE = "-";

/** Returns the result as tables for a terminal; `floors` are what the ratios may not fall below. */
export function renderResult(
  result: BenchResult,
  floors: Readonly<Record<string, number>>,
): string {
  const { machine, versions, durability, memory_limit: limit } = result;
  return [
    renderRates(result, floors),
    renderProcesses(result),
    renderWrites(result),
    renderRuns(result.runs),
    `${machine.processor}, ${machine.cores} cores, ${formatCount(machine.memory_mb)} MB, ${machine.system}`,
    listPairs(versions),
    listPairs(durability),
    ...(limit === null
      ? []
      : [
          `memory limit ${formatCount(limit.limit_mb)} MB: peak ${formatNumber(limit.peak_mb)} MB with the page cache, ${limit.killed_count} processes killed`,
        ]),
    result.verified
      ? "every row was compared with the oracle"
      : "the totals of every table were checked (--verify compares every row)",
  ].join("\n");
}

function renderRates(
  result: BacklogResult,
  floors: Readonly<Record<string, number>>,
): string {
  const table = createTable(
    [
      `${formatCount(result.plays)} plays`,
      "seconds",
      "plays/s",
      "times as fast",
      "floor",
    ],
    ["left", "right", "right", "right", "right"],
  );
  table.push([
    "this pipeline",
    formatNumber(result.seconds),
    formatNumber(result.plays_per_second),
    NONE,
    NONE,
  ]);
  for (const name of listMeasured(result)) {
    const seconds = result[`${name}_seconds`];
    table.push([
      ALTERNATIVES[name] ?? name,
      formatNumber(seconds),
      typeof seconds === "number"
        ? formatNumber(Math.round(result.plays / seconds))
        : NONE,
      formatNumber(result[`ratio_to_${name}`]),
      formatNumber(floors[`ratio_to_${name}`]),
    ]);
  }
  return table.toString();
}

function renderProcesses(result: BacklogResult): string {
  const {
    resident_by_process_mb: resident,
    resident_growth_mb: growth,
    cpu_seconds_by_process: cpuSeconds,
  } = result;
  const table = createTable(
    ["process", "resident MB", "growth MB", "processor s"],
    ["left", "right", "right", "right"],
  );
  for (const part of ["node", "kafka", "postgres"])
    table.push([
      part,
      formatNumber(resident?.[part]),
      formatChange(growth?.[part]),
      formatNumber(cpuSeconds?.[part]),
    ]);
  table.push(["all", formatNumber(result.resident_mb), "", ""]);
  return table.toString();
}

function renderWrites({
  bytes_written_per_play: written,
  bytes_written_per_published_play: published,
}: BacklogResult): string {
  const table = createTable(
    ["bytes written per play", "working off", "publishing"],
    ["left", "right", "right"],
  );
  for (const [name, label] of [
    ["kafka", "kafka"],
    ["postgres", "postgres"],
    ["wal", "  of it, write-ahead log"],
    ["wal_made", "  log that was made"],
    ["device", "device, by everybody"],
  ] as const)
    table.push([
      label,
      formatNumber(written[name]),
      formatNumber(published[name]),
    ]);
  return table.toString();
}

function renderRuns(runs: readonly BacklogResult[]): string {
  const names = listMeasured(runs[0] ?? {});
  const table = createTable(
    [
      "run",
      "seconds",
      "plays/s",
      ...names.map((name) => `to ${name}`),
      "resident MB",
    ],
    ["right", "right", "right", ...names.map(() => "right" as const), "right"],
  );
  for (const [index, run] of runs.entries())
    table.push([
      index + 1,
      formatNumber(run.seconds),
      formatNumber(run.plays_per_second),
      ...names.map((name) => formatNumber(run[`ratio_to_${name}`])),
      formatNumber(run.resident_mb),
    ]);
  return table.toString();
}

/** The names of the alternatives whose ratio the result has. */
function listMeasured(result: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(ALTERNATIVES).filter(
    (name) => typeof result[`ratio_to_${name}`] === "number",
  );
}

function formatNumber(value: unknown): string {
  return typeof value === "number" ? formatCount(value) : NONE;
}

function formatChange(value: number | null | undefined): string {
  return typeof value === "number" && value > 0
    ? `+${formatCount(value)}`
    : formatNumber(value);
}

function listPairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
