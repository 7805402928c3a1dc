import type {
  Cell,
  Chart,
  Column,
  Unit,
} from "#shared/domain/dashboards/answer.ts";
import { formatText } from "../format/format-value.ts";

export interface Series {
  /** As the rows have it, which no other series of the chart has. */
  readonly id: string;
  /** As it is shown. */
  readonly name: string;
  /** One per category; null where the chart has no row or no value for it. */
  readonly values: readonly (number | null)[];
}

/** A chart's rows by category and series. */
export interface Pivot {
  readonly category: Column;
  readonly categories: readonly Cell[];
  readonly unit: Unit;
  readonly series: readonly Series[];
  /** Per category: whether a bucket in it is not final. */
  readonly provisional: readonly boolean[];
}

/** Turns the long form into series: one per value of the series column, or one per value column. */
export function pivotChart({ columns, rows, provisional }: Chart): Pivot {
  const categoryIndex = columns.findIndex(({ role }) => role === "category");
  const category = columns[categoryIndex];
  if (category === undefined)
    throw new TypeError("The chart has no category column.");
  const categories = new Map<string, number>();
  const cells: Cell[] = [];
  const isProvisional: boolean[] = [];
  const series = new Map<string, (number | null)[]>();
  for (const [rowIndex, row] of rows.entries()) {
    const cell = row[categoryIndex] ?? null;
    const key = String(cell);
    let index = categories.get(key);
    if (index === undefined) {
      index = cells.length;
      categories.set(key, index);
      cells.push(cell);
      isProvisional.push(false);
    }
    isProvisional[index] ||= provisional[rowIndex] === true;
    for (const [name, value] of readValues(columns, row)) {
      const values = series.get(name) ?? [];
      values[index] = value;
      series.set(name, values);
    }
  }
  return {
    category,
    categories: cells,
    unit: columns.find(({ role }) => role === "value")?.unit ?? "count",
    series: [...series].map(([id, values]) => ({
      id,
      name: formatText(id),
      values: cells.map((_, index) => values[index] ?? null),
    })),
    provisional: isProvisional,
  };
}

/** The values of a row by the id of their series. */
function readValues(
  columns: readonly Column[],
  row: readonly Cell[],
): [name: string, value: number | null][] {
  const seriesIndex = columns.findIndex(({ role }) => role === "series");
  const seriesName =
    seriesIndex < 0 ? "" : String(row[seriesIndex] ?? "unknown");
  const valueColumns = columns.flatMap((column, index) =>
    column.role === "value" ? [{ label: column.label, cell: row[index] }] : [],
  );
  return valueColumns.map(({ label, cell }) => [
    nameSeries(seriesName, label, valueColumns.length),
    typeof cell === "number" ? cell : null,
  ]);
}

function nameSeries(
  seriesName: string,
  label: string,
  valueCount: number,
): string {
  if (seriesName === "") return label;
  return valueCount === 1 ? seriesName : `${seriesName}, ${label}`;
}
