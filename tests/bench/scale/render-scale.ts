import { createTable } from "#compose/runner/create-table.ts";
import type { ClassifiedWaits, WaitGroup } from "./classify-waits.ts";

export interface ScaleRates {
  /** Plays a second with one execution environment, and with two. */
  readonly one: number;
  readonly two: number;
}

/** Tables of the rates and of the waits for people. */
export function renderScale(rates: ScaleRates, waits: ClassifiedWaits): string {
  const table = createTable(
    ["environments", "plays/s", "of one"],
    ["left", "right", "right"],
  );
  table.push(
    ["1", rates.one.toLocaleString("en-US"), "1.00"],
    [
      "2",
      rates.two.toLocaleString("en-US"),
      (rates.two / rates.one).toFixed(2),
    ],
  );
  const waited = createTable(
    ["waits for locks", "count", "longest ms"],
    ["left", "right", "right"],
  );
  const add = (name: string, { count, longest_ms }: WaitGroup) =>
    waited.push([name, String(count), String(longest_ms)]);
  add("between two invocations", waits.between_invocations);
  add("for a file to grow", waits.file_growth);
  add("of the closer, or for it", waits.closer);
  add("others", waits.other);
  const lightweight = Object.entries(waits.lwlock_samples)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`);
  return [
    table.toString(),
    waited.toString(),
    `${waits.samples} samples, ${Math.round(waits.median_interval_ms)} ms apart (median), ${Math.round(waits.longest_interval_ms)} ms at most`,
    `waits in memory (LWLock), samples: ${lightweight.length === 0 ? "none" : lightweight.join(", ")}`,
  ].join("\n");
}
