import type { Cell, Column } from "#shared/domain/dashboards/answer.ts";
import { countUlps } from "#tests/support/oracle/count-ulps.ts";

/** Two ways to divide the same sums may differ in the last digits. */
const MOST_ULPS = 4n;
/** Counts that have been divided. */
const AVERAGE_COUNTS = new Set(["streams_per_user", "streams_per_day"]);

const isRate = ({ name, unit }: Column): boolean =>
  unit === "share" || unit === "seconds" || AVERAGE_COUNTS.has(name);

const write = (cell: Cell): string => (cell === null ? "" : String(cell));

function isSame(column: Column, shown: string, expected: Cell): boolean {
  if (typeof expected === "number" && isRate(column))
    // An empty text would be the number 0.
    return shown !== "" && countUlps(Number(shown), expected) <= MOST_ULPS;
  return shown === write(expected);
}

function compareRow(
  columns: readonly Column[],
  shown: readonly string[],
  expected: readonly Cell[],
  place: number,
): string[] {
  if (shown.length !== columns.length || expected.length !== columns.length)
    return [
      `row ${place} has ${shown.length} cells and is expected with ${expected.length}, for ${columns.length} columns`,
    ];
  return columns.flatMap((column, index) => {
    const text = shown[index] ?? "";
    const cell = expected[index] ?? null;
    return isSame(column, text, cell)
      ? []
      : [
          `row ${place}: ${column.name} is "${text}", expected "${write(cell)}"`,
        ];
  });
}

/**
 * Lists how the table under a chart differs from the rows that are expected, a sentence each; empty when they agree.
 * The order of the rows counts. Rates may be 4 ulps apart, everything else is the same text.
 */
export function compareChart(
  columns: readonly Column[],
  shown: readonly (readonly string[])[],
  expected: readonly (readonly Cell[])[],
): string[] {
  const differences =
    shown.length === expected.length
      ? []
      : [`${shown.length} rows, expected ${expected.length}`];
  const rowCount = Math.max(shown.length, expected.length);
  for (let index = 0; index < rowCount; index += 1) {
    const row = shown[index];
    const expectedRow = expected[index];
    const place = index + 1;
    if (row === undefined)
      differences.push(
        `row ${place} is missing: ${JSON.stringify(expectedRow)}`,
      );
    else if (expectedRow === undefined)
      differences.push(`row ${place} is unexpected: ${JSON.stringify(row)}`);
    else differences.push(...compareRow(columns, row, expectedRow, place));
  }
  return differences;
}
