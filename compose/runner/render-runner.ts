import type {
  FunctionCounts,
  MappingCounts,
} from "#compose/metrics/summarize-runner.ts";
import { createTable } from "./create-table.ts";
import { formatCount } from "./format-count.ts";
import type { RunnerReading } from "./read-runner-counts.ts";

/** Counters of a mapping that fit into a terminal, under shorter heads; JSON has all of them. */
const COLUMNS = {
  polled: "PolledEventCount",
  failed: "FailedInvokeEventCount",
  dropped: "DroppedEventCount",
  committed: "CommittedEventCount",
  pending: "PendingEventCount",
} as const;

/** Returns what only the runner knows as tables, or a line that says why nothing is known. */
export function renderRunner(runner: RunnerReading): string {
  if (runner.kind === "unknown")
    return `invocations and mappings are not known: ${runner.reason}`;
  return [
    "since the runner's start:",
    renderFunctions(runner.functions),
    renderMappings(runner.mappings),
  ].join("\n");
}

function renderFunctions(functions: readonly FunctionCounts[]): string {
  const table = createTable(
    ["function", "invocations", "mean", "p95", "errors"],
    ["left", "right", "right", "right", "left"],
  );
  for (const { function: name, ...counts } of functions)
    table.push([
      name,
      formatCount(counts.invocationCount),
      formatDuration(counts.meanSeconds),
      formatDuration(counts.p95Seconds),
      formatErrors(counts.errors),
    ]);
  return table.toString();
}

function renderMappings(mappings: readonly MappingCounts[]): string {
  const table = createTable(
    ["records of", ...Object.keys(COLUMNS)],
    ["left", ...Object.keys(COLUMNS).map(() => "right" as const)],
  );
  for (const { topic, counters } of mappings)
    table.push([
      topic,
      ...Object.values(COLUMNS).map((counter) =>
        formatCount(counters[counter] ?? 0),
      ),
    ]);
  return table.toString();
}

function formatErrors(errors: FunctionCounts["errors"]): string {
  const kinds = Object.entries(errors);
  if (kinds.length === 0) return "0";
  return kinds
    .map(([kind, count]) => `${formatCount(count)} ${kind}`)
    .join(", ");
}

function formatDuration(seconds: number): string {
  return seconds < 1
    ? `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`
    : `${seconds.toFixed(1)} s`;
}
