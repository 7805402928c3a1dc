import type { Cell, Chart } from "#shared/domain/dashboards/answer.ts";

/** What a spreadsheet takes for the begin of a formula, or passes over on its way to one. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const FORMULA = /^[=+\-@\u0000-\u001f\u007f]/;

/** A chart's rows as RFC 4180 has them, after its labels; a text that would be a formula gets an apostrophe. */
export function formatCsv({
  columns,
  rows,
}: Pick<Chart, "columns" | "rows">): string {
  const head = columns.map(({ label }) => label);
  return [head, ...rows]
    .map((cells) => `${cells.map(formatCell).join(",")}\r\n`)
    .join("");
}

function formatCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
