import type { Cell, Chart, ChartDefinition } from "./answer.ts";

/** A row of a chart as it is read. */
export interface ChartRow {
  /** Id of its chart. */
  readonly chart: string;
  /** In the order of the chart's columns. */
  readonly cells: readonly Cell[];
  readonly provisional: boolean;
}

/**
 * Gives every chart its rows, in the order in which they come; a chart without rows stays.
 *
 * @throws TypeError for a row of no chart, and for one that does not fit its chart's columns
 */
export function fillCharts(
  definitions: readonly ChartDefinition[],
  rows: readonly ChartRow[],
): Chart[] {
  const rowsOf = Map.groupBy(rows, ({ chart }) => chart);
  const charts = definitions.map((definition) => {
    const own = rowsOf.get(definition.id) ?? [];
    rowsOf.delete(definition.id);
    return {
      ...definition,
      rows: own.map(({ cells }) => fit(definition, cells)),
      provisional: own.map(({ provisional }) => provisional),
    };
  });
  const [unknown] = rowsOf.keys();
  if (unknown !== undefined)
    throw new TypeError(`there is no chart ${unknown} for its rows`);
  return charts;
}

function fit(
  { id, columns }: ChartDefinition,
  cells: readonly Cell[],
): readonly Cell[] {
  if (cells.length === columns.length) return cells;
  throw new TypeError(
    `a row of ${id} has ${cells.length} cells; expected ${columns.length}`,
  );
}
