import type { Cell } from "#shared/domain/dashboards/answer.ts";

const NUMBER_OR_HOUR = /^\d+(:\d\d)?$/;

/** Whether these are numbers or hours of a day, which have an order of their own: a label may be left out between others. */
export function areSequential(cells: readonly Cell[]): boolean {
  return cells.every((cell) => NUMBER_OR_HOUR.test(String(cell)));
}

/** Puts numbers or hours into their order; anything else stays in the order of the rows. */
export function orderCells(cells: readonly Cell[]): Cell[] {
  return areSequential(cells)
    ? cells.toSorted((left, right) =>
        String(left).localeCompare(String(right), "en", { numeric: true }),
      )
    : [...cells];
}
