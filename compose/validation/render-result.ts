import Table from "cli-table3";

import type {
  ResultRow,
  ValidationCheck,
  ValidationReport,
  ValidationResult,
} from "./result.ts";

/** A cell that lists hundreds of ids would hide the rest of its row. */
const MAX_CELL_CHARACTERS = 60;

/** Returns the result as text for people: reports first, so that the verdict is what stands last. */
export function renderResult({ checks, reports }: ValidationResult): string {
  const parts = [
    ...reports.map(renderReport),
    checks.map(renderCheck).join("\n"),
    summarize(checks),
  ];
  return parts.join("\n\n");
}

function renderReport({ title, rows }: ValidationReport): string {
  return `${title}\n${rows.length === 0 ? "(no rows)" : renderRows(rows)}`;
}

function renderCheck({
  title,
  passed,
  skippedBecause,
  violationCount,
  violations,
}: ValidationCheck): string {
  if (skippedBecause !== undefined)
    return `– ${title} Not checked: ${skippedBecause}.`;
  if (passed) return `✓ ${title}`;
  const shown =
    violations.length < violationCount
      ? `, the first ${violations.length} of them`
      : "";
  return `✗ ${title} ${violationCount} ${violationCount === 1 ? "violation" : "violations"}${shown}:\n${renderRows(violations)}`;
}

function renderRows(rows: readonly ResultRow[]): string {
  const table = new Table({
    head: Object.keys(rows[0] ?? {}),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => Object.values(row).map(renderCell)));
  return table.toString();
}

function renderCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text =
    typeof value === "string"
      ? value.replace(TIME, "$1 $2Z")
      : JSON.stringify(value);
  return text.length > MAX_CELL_CHARACTERS
    ? `${text.slice(0, MAX_CELL_CHARACTERS - 1)}…`
    : text;
}

/** A time as Postgres writes it into JSON in a session that is set to UTC. */
const TIME = /^(\d{4,}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)\+00:00$/;

function summarize(checks: readonly ValidationCheck[]): string {
  const failed = checks.filter(({ passed }) => !passed).length;
  const skipped = checks.filter(
    ({ skippedBecause }) => skippedBecause !== undefined,
  ).length;
  const counts = [
    `${checks.length - failed - skipped} passed`,
    `${failed} failed`,
    `${skipped} not checked`,
  ];
  return `Checks: ${counts.join(", ")}.`;
}
