import type { BarSeriesOption, EChartsOption, LineSeriesOption } from "echarts";

import type { Chart, Unit } from "#shared/domain/dashboards/answer.ts";
import {
  formatCell,
  formatNumber,
  formatShort,
  NO_VALUE,
} from "../format/format-value.ts";
import { buildCategoryAxis, buildValueAxis } from "./axes.ts";
import { buildAnimation, type DrawingContext } from "./drawing-context.ts";
import { isHorizontal, isSequence } from "./orientation.ts";
import { pivotChart, type Pivot, type Series } from "./pivot.ts";
import { styleProvisional } from "./provisional-style.ts";
import { pickSymbol } from "./series-symbols.ts";
import { pickColour, type Theme } from "./theme.ts";
import { buildTooltip, joinTooltip } from "./tooltip.ts";

const SYMBOL_SIZE = 7;
const MOST_LABELLED_BARS = 8;

/** Returns the option of lines and bars. */
export function buildCartesianOption(
  chart: Chart,
  context: DrawingContext,
): EChartsOption {
  const { theme, animates } = context;
  const pivot = pivotChart(chart);
  const liesDown = isHorizontal(chart, pivot);
  const categoryAxis = buildCategoryAxis(pivot, context, liesDown);
  const valueAxis = buildValueAxis(
    pivot.unit,
    areWhole(pivot),
    context,
    liesDown,
  );
  return {
    ...buildAnimation(animates),
    textStyle: { fontFamily: theme.font },
    grid: {
      left: 4,
      // Room for the number beside the longest bar.
      right: liesDown ? 52 : 12,
      // And for one above the highest.
      top: liesDown ? 4 : 20,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: {
      ...buildTooltip(theme),
      trigger: "axis",
      axisPointer: {
        type: chart.kind === "line" ? "line" : "shadow",
        lineStyle: { color: theme.muted },
      },
      formatter: (points: unknown) => describePoint(pivot, findIndex(points)),
    },
    xAxis: liesDown ? valueAxis : categoryAxis,
    yAxis: liesDown ? categoryAxis : valueAxis,
    series:
      chart.kind === "line"
        ? pivot.series.flatMap((series, index) =>
            buildLines(series, pivot, theme, index),
          )
        : pivot.series.map((series, index) =>
            buildBars(series, { chart, pivot, theme, liesDown, index }),
          ),
  };
}

/** The text about one category: every series with its value. */
export function describePoint(pivot: Pivot, index: number): string {
  const { category, categories, series, unit, provisional } = pivot;
  const title = formatCell(categories[index] ?? null, category);
  return joinTooltip(
    category.unit === "time" ? `${title} UTC` : title,
    series.map(({ name, values }) => {
      const value = values[index] ?? null;
      return `${name}: ${value === null ? NO_VALUE : formatNumber(value, unit)}`;
    }),
    provisional[index] === true,
  );
}

/** A line of the final buckets, and a broken one with hollow points from there into the others. */
function buildLines(
  { id, name, values }: Series,
  { provisional }: Pivot,
  theme: Theme,
  index: number,
): LineSeriesOption[] {
  const color = pickColour(theme, index);
  const isOpen = (at: number) => provisional[at] === true;
  const joins = (at: number) => isOpen(at - 1) || isOpen(at + 1);
  const shared = {
    type: "line" as const,
    name,
    symbol: pickSymbol(index).symbol,
    symbolSize: SYMBOL_SIZE,
    showSymbol: true,
    connectNulls: false,
    color,
    emphasis: { disabled: true },
  };
  const solid: LineSeriesOption = {
    ...shared,
    id: `${id}, final`,
    lineStyle: { color, width: 2 },
    data: values.map((value, at) => (isOpen(at) ? null : value)),
  };
  if (!provisional.includes(true)) return [solid];
  return [
    solid,
    {
      ...shared,
      id: `${id}, provisional`,
      lineStyle: { color, width: 2, type: [5, 4] },
      itemStyle: { color: theme.surface, borderColor: color, borderWidth: 2 },
      data: values.map((value, at) => {
        if (isOpen(at)) return value;
        // The broken line begins where the solid one ends, whose point stays.
        return joins(at) ? { value, symbol: "none" } : null;
      }),
    },
  ];
}

interface BarContext {
  readonly chart: Chart;
  readonly pivot: Pivot;
  readonly theme: Theme;
  readonly liesDown: boolean;
  readonly index: number;
}

function buildBars(
  { id, name, values }: Series,
  { chart, pivot, theme, liesDown, index }: BarContext,
): BarSeriesOption {
  const isStacked = chart.kind === "stacked-bar";
  const color = pickColour(theme, index);
  // Names add up the whole period, so that all of them would be striped: what is open stands above the charts instead.
  const marksBars = isSequence(pivot);
  return {
    type: "bar",
    id,
    name,
    color,
    barMaxWidth: 44,
    barCategoryGap: "25%",
    emphasis: { disabled: true },
    ...(isStacked ? { stack: "all" } : {}),
    // A gap in the card's colour keeps neighbours of a stack apart for those who do not see the colours.
    ...(isStacked
      ? { itemStyle: { borderColor: theme.surface, borderWidth: 0.5 } }
      : {}),
    label: {
      show:
        !isStacked &&
        (liesDown || values.length * pivot.series.length <= MOST_LABELLED_BARS),
      position: liesDown ? "right" : "top",
      color: theme.text,
      fontFamily: theme.font,
      fontSize: 11,
      formatter: ({ value }) => labelBar(value, pivot.unit),
    },
    data: values.map((value, at) =>
      marksBars && pivot.provisional[at] === true
        ? { value, itemStyle: styleProvisional(theme, color) }
        : value,
    ),
  };
}

function labelBar(value: unknown, unit: Unit): string {
  return typeof value === "number" ? formatShort(value, unit) : "";
}

function areWhole({ series }: Pivot): boolean {
  return series.every(({ values }) =>
    values.every((value) => value === null || Number.isInteger(value)),
  );
}

/** The category that ECharts asks a text for; it gives a point per series. */
function findIndex(points: unknown): number {
  const point: unknown = Array.isArray(points) ? points[0] : points;
  return typeof point === "object" &&
    point !== null &&
    "dataIndex" in point &&
    typeof point.dataIndex === "number"
    ? point.dataIndex
    : 0;
}
