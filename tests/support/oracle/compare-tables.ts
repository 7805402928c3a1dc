import { countUlps } from "./count-ulps.ts";

/** A row as Postgres gave it: times in microseconds, integers as bigint, number or text, rates as number. */
export type ActualRow = Readonly<Record<string, unknown>>;

const METRIC_KEYS = [
  "time_window",
  "user_id",
  "song_id",
  "artist_id",
  "device_id",
  "location_id",
];
const IGNORED_COLUMNS = new Set(["revision", "updated_at"]);
const INTEGER = /^-?\d+$/;

/** A fact is known by its event id; the rest of the ids are its values, but the key of a metric row. */
const findKey = (row: ActualRow): string[] =>
  "event_id" in row
    ? ["event_id"]
    : METRIC_KEYS.filter((column) => column in row);

const isRate = (column: string): boolean =>
  column.endsWith("_rate") || column === "avg_listen_time";

function readInteger(cell: unknown): bigint | undefined {
  if (typeof cell === "bigint") {
    return cell;
  }
  if (typeof cell === "number") {
    return Number.isSafeInteger(cell) ? BigInt(cell) : undefined;
  }
  return typeof cell === "string" && INTEGER.test(cell)
    ? BigInt(cell)
    : undefined;
}

function isSame(column: string, actual: unknown, expected: unknown): boolean {
  if (isRate(column)) {
    return (
      typeof actual === "number" &&
      typeof expected === "number" &&
      countUlps(actual, expected) <= 1n
    );
  }
  const integer = readInteger(expected);
  return integer === undefined
    ? actual === expected
    : readInteger(actual) === integer;
}

const showCell = (cell: unknown): string => {
  const text =
    readInteger(cell)?.toString() ??
    (typeof cell === "string" ? cell : undefined);
  return (
    text ??
    (typeof cell === "number"
      ? String(cell)
      : (JSON.stringify(cell) ?? "absent"))
  );
};

function showKeyCell(column: string, cell: unknown): string {
  const timeUs = column === "time_window" ? readInteger(cell) : undefined;
  const date =
    timeUs === undefined ? undefined : new Date(Number(timeUs / 1000n));
  const isShowable = date !== undefined && !Number.isNaN(date.getTime());
  return `${column}=${showCell(cell)}${isShowable ? ` (${date.toISOString()})` : ""}`;
}

/** Groups rows by their key, written so that a person can read it. */
function groupByKey(
  rows: Iterable<ActualRow>,
  key: readonly string[],
): Map<string, ActualRow[]> {
  const groups = new Map<string, ActualRow[]>();
  for (const row of rows) {
    const text = key
      .map((column) => showKeyCell(column, row[column]))
      .join(", ");
    const group = groups.get(text);
    if (group === undefined) {
      groups.set(text, [row]);
    } else {
      group.push(row);
    }
  }
  return groups;
}

function compareRow(
  name: string,
  actual: ActualRow,
  expected: ActualRow,
): string[] {
  const columns = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...columns]
    .filter((column) => !IGNORED_COLUMNS.has(column))
    .filter((column) => !isSame(column, actual[column], expected[column]))
    .map(
      (column) =>
        `${name}: ${column} is ${showCell(actual[column])}, expected ${showCell(expected[column])}`,
    );
}

const findRepeated = (
  groups: ReadonlyMap<string, readonly ActualRow[]>,
  where: string,
): string[] =>
  [...groups]
    .filter(([, rows]) => rows.length > 1)
    .map(
      ([name, rows]) => `${name}: repeated key, ${rows.length} ${where} rows`,
    );

/**
 * Lists how a metric or fact table differs from the oracle's, a sentence each; empty when they agree.
 * Integers are compared exactly and rates to 1 ulp (faults.md, I2); `revision` and `updated_at` are left out.
 */
export function compareTables(
  actual: Iterable<ActualRow>,
  expected: Iterable<ActualRow>,
): string[] {
  const actualRows = [...actual];
  const expectedRows = [...expected];
  const key = findKey(expectedRows[0] ?? actualRows[0] ?? {});
  const actualByKey = groupByKey(actualRows, key);
  const expectedByKey = groupByKey(expectedRows, key);
  const differences = [
    ...findRepeated(actualByKey, "actual"),
    ...findRepeated(expectedByKey, "expected"),
  ];
  for (const [name, [expectedRow]] of expectedByKey) {
    const rows = actualByKey.get(name);
    if (rows === undefined) {
      differences.push(`${name}: missing row`);
    } else if (expectedRow !== undefined) {
      differences.push(
        ...rows.flatMap((row) => compareRow(name, row, expectedRow)),
      );
    }
  }
  for (const name of actualByKey.keys()) {
    if (!expectedByKey.has(name)) {
      differences.push(`${name}: unexpected row`);
    }
  }
  return differences;
}
