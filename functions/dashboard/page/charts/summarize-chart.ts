import type { Chart } from "#shared/domain/dashboards/answer.ts";
import {
  formatCategory,
  formatCell,
  formatNumber,
} from "../format/format-value.ts";
import { pivotChart, type Pivot, type Series } from "./pivot.ts";
import { readGrid } from "./read-grid.ts";
import { PROVISIONAL } from "./tooltip.ts";

const NO_DATA = "No data in this period.";
const MOST_SERIES = 3;

interface Point {
  readonly index: number;
  readonly value: number;
}

/** Says the main figure of a chart in a sentence or two, for those who do not see it. */
export function summarizeChart(chart: Chart): string {
  const text = describe(chart);
  return `${chart.title}. ${text}`;
}

function describe(chart: Chart): string {
  switch (chart.kind) {
    case "line":
    case "bar":
    case "horizontal-bar":
    case "stacked-bar":
    case "map": {
      const pivot = pivotChart(chart);
      return pivot.category.unit === "time"
        ? describeCourse(pivot)
        : describeRanking(pivot);
    }
    case "heat-map":
      return describeGrid(chart);
    default:
      return `${chart.rows.length} rows.`;
  }
}

/** The newest value of each series and its highest one, as both are what a line is looked at for. */
function describeCourse(pivot: Pivot): string {
  const sentences = pivot.series.slice(0, MOST_SERIES).flatMap((series) => {
    const points = listPoints(series);
    const highest = findHighest(points);
    const newest = points.at(-1);
    if (newest === undefined || highest === undefined) return [];
    const state =
      pivot.provisional[newest.index] === true ? `, ${PROVISIONAL}` : "";
    return [
      `${series.name}: ${write(newest, pivot)} at ${timeOf(newest, pivot)}${state}; highest ${write(highest, pivot)} at ${timeOf(highest, pivot)}.`,
    ];
  });
  return join(sentences, pivot.series.length);
}

function describeRanking(pivot: Pivot): string {
  const nameOf = ({ index }: Point) =>
    formatCategory(pivot.categories[index] ?? null, pivot.category);
  const sentences = pivot.series.slice(0, MOST_SERIES).flatMap((series) => {
    const points = listPoints(series);
    const highest = findHighest(points);
    if (highest === undefined) return [];
    const lowest = points.reduce((least, point) =>
      point.value < least.value ? point : least,
    );
    const most = `${series.name}: most with ${write(highest, pivot)} is ${nameOf(highest)}`;
    return [
      points.length === 1
        ? `${most}.`
        : `${most}, least of ${points.length} with ${write(lowest, pivot)} is ${nameOf(lowest)}.`,
    ];
  });
  return join(sentences, pivot.series.length);
}

function describeGrid(chart: Chart): string {
  const { cells, xs, ys, xColumn, yColumn, valueColumn } = readGrid(chart);
  const [first, ...others] = cells;
  if (first === undefined) return NO_DATA;
  const highest = others.reduce(
    (most, cell) => (cell.value > most.value ? cell : most),
    first,
  );
  const x = formatCell(xs[highest.x] ?? null, xColumn);
  const y = formatCell(ys[highest.y] ?? null, yColumn);
  return `${valueColumn.label}: most with ${formatNumber(highest.value, valueColumn.unit)} at ${xColumn.label} ${x} and ${yColumn.label} ${y}.`;
}

function join(sentences: readonly string[], seriesCount: number): string {
  if (sentences.length === 0) return NO_DATA;
  const rest = seriesCount - MOST_SERIES;
  return [
    ...sentences,
    ...(rest > 0 ? [`${rest} more in the table.`] : []),
  ].join(" ");
}

function listPoints({ values }: Series): Point[] {
  return values.flatMap((value, index) =>
    value === null ? [] : [{ index, value }],
  );
}

function findHighest(points: readonly Point[]): Point | undefined {
  const [first, ...others] = points;
  return first === undefined
    ? undefined
    : others.reduce(
        (most, point) => (point.value > most.value ? point : most),
        first,
      );
}

function write({ value }: Point, { unit }: Pivot): string {
  return formatNumber(value, unit);
}

function timeOf({ index }: Point, { category, categories }: Pivot): string {
  return `${formatCategory(categories[index] ?? null, category)} UTC`;
}
