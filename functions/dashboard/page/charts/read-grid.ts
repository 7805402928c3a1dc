import type { Cell, Chart, Column } from "#shared/domain/dashboards/answer.ts";
import { orderCells } from "./sequence.ts";

export interface GridCell {
  readonly x: number;
  readonly y: number;
  readonly value: number;
  readonly isProvisional: boolean;
}

/** A heat map's rows by their two categories; combinations that do not occur have no cell. */
export interface Grid {
  readonly xColumn: Column;
  readonly yColumn: Column;
  readonly valueColumn: Column;
  readonly xs: readonly Cell[];
  readonly ys: readonly Cell[];
  readonly cells: readonly GridCell[];
}

/** Reads a heat map: two category columns, x then y, and a value. */
export function readGrid({ columns, rows, provisional }: Chart): Grid {
  const [xIndex = -1, yIndex = -1] = columns.flatMap(({ role }, index) =>
    role === "category" ? [index] : [],
  );
  const valueIndex = columns.findIndex(({ role }) => role === "value");
  const [xColumn, yColumn, valueColumn] = [
    columns[xIndex],
    columns[yIndex],
    columns[valueIndex],
  ];
  if (
    xColumn === undefined ||
    yColumn === undefined ||
    valueColumn === undefined
  )
    throw new TypeError("A heat map has two category columns and a value.");
  const listCells = (index: number) =>
    orderCells([...new Set(rows.map((row) => row[index] ?? null))]);
  const [xs, ys] = [listCells(xIndex), listCells(yIndex)];
  const cells = rows.flatMap((row, index) => {
    const value = row[valueIndex];
    if (typeof value !== "number") return [];
    return [
      {
        x: xs.indexOf(row[xIndex] ?? null),
        y: ys.indexOf(row[yIndex] ?? null),
        value,
        isProvisional: provisional[index] === true,
      },
    ];
  });
  return { xColumn, yColumn, valueColumn, xs, ys, cells };
}
