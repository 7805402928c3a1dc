import { createTable } from "#compose/runner/create-table.ts";
import type { CaseResult } from "./judge-cases.ts";

/** A table of the cases for people. */
export function renderResults(results: readonly CaseResult[]): string {
  const table = createTable(
    ["case", "plays/s", "base", "value", "floor", ""],
    ["left", "right", "right", "right", "right", "left"],
  );
  for (const { name, unit, value, floor, measured, base } of results) {
    const suffix = name === "closing" ? " s/million" : "";
    const format = (number: number) =>
      `${number.toLocaleString("en-US")}${suffix}`;
    table.push([
      name,
      format(measured),
      base === null ? "-" : format(base),
      unit === "ratio" ? value.toFixed(3) : `${format(value)} ${unit}`,
      unit === "ratio" ? floor.toFixed(2) : `${format(floor)} ${unit}`,
      value >= floor ? "" : "BELOW",
    ]);
  }
  return table.toString();
}
