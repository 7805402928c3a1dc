import type { EChartsOption } from "echarts";

import type { Chart } from "#shared/domain/dashboards/answer.ts";
import {
  formatCategory,
  formatNumber,
  formatShort,
} from "../format/format-value.ts";
import { buildAnimation, type DrawingContext } from "./drawing-context.ts";
import { mixColours, pickTextOn } from "./contrast.ts";
import { readGrid, type Grid, type GridCell } from "./read-grid.ts";
import { areSequential } from "./sequence.ts";
import { joinTooltip, buildTooltip } from "./tooltip.ts";
import type { Theme } from "./theme.ts";

/** What the labels beside a heat map take, and what a number in a cell needs. */
const SIDE_PX = 120;
const LABELLED_CELL_PX = 44;

/** Returns the option of a heat map; cells that do not occur stay empty. */
export function buildHeatMapOption(
  chart: Chart,
  { theme, animates, width }: DrawingContext,
): EChartsOption {
  const grid = readGrid(chart);
  const greatest = findGreatest(grid);
  const buildAxis = (labels: readonly string[], isVertical: boolean) => ({
    type: "category" as const,
    data: [...labels],
    inverse: isVertical,
    axisTick: { show: false },
    axisLine: { show: false },
    axisLabel: {
      color: theme.muted,
      fontFamily: theme.font,
      fontSize: 11,
      ...(isVertical
        ? { interval: 0, width: 110, overflow: "truncate" as const }
        : slantLabels(labels)),
    },
  });
  return {
    ...buildAnimation(animates),
    textStyle: { fontFamily: theme.font },
    grid: {
      left: 4,
      right: 8,
      top: 8,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: {
      ...buildTooltip(theme),
      trigger: "item",
      formatter: (point: unknown) => describeCell(grid, findCell(grid, point)),
    },
    xAxis: buildAxis(
      grid.xs.map((cell) => formatCategory(cell, grid.xColumn)),
      false,
    ),
    yAxis: buildAxis(
      grid.ys.map((cell) => formatCategory(cell, grid.yColumn)),
      true,
    ),
    // Not shown, as only a mouse could use it: the legend below the chart tells the scale.
    visualMap: {
      type: "continuous",
      show: false,
      min: 0,
      max: greatest,
      inRange: { color: [...theme.heat] },
    },
    series: {
      type: "heatmap",
      emphasis: { disabled: true },
      itemStyle: { borderColor: theme.surface, borderWidth: 1 },
      label: {
        show: (width - SIDE_PX) / grid.xs.length >= LABELLED_CELL_PX,
        fontFamily: theme.font,
        fontSize: 11,
        formatter: ({ dataIndex }) =>
          formatShort(grid.cells[dataIndex]?.value ?? 0, grid.valueColumn.unit),
      },
      data: grid.cells.map(({ x, y, value, isProvisional }) => ({
        value: [x, y, value],
        // An edge and no stripes, through which the numbers could not be read.
        ...(isProvisional
          ? {
              itemStyle: {
                borderColor: theme.text,
                borderWidth: 1.5,
                borderType: "dashed" as const,
              },
            }
          : {}),
        label: { color: pickTextOn(pickHeat(theme, value, greatest)) },
      })),
    },
  };
}

/** The greatest value, which has the last colour of the scale. */
export function findGreatest({ cells }: Grid): number {
  return Math.max(1e-9, ...cells.map(({ value }) => value));
}

function pickHeat(theme: Theme, value: number, greatest: number): string {
  return mixColours(theme.heat, value / greatest);
}

// Names are longer than their columns are wide; hours are not, and some may be left out.
function slantLabels(labels: readonly string[]) {
  return areSequential(labels)
    ? { interval: "auto" as const }
    : { interval: 0, rotate: 35, width: 90, overflow: "truncate" as const };
}

function describeCell(grid: Grid, cell: GridCell | undefined): string {
  if (cell === undefined) return "";
  const { xColumn, yColumn, valueColumn, xs, ys } = grid;
  const x = formatCategory(xs[cell.x] ?? null, xColumn);
  const y = formatCategory(ys[cell.y] ?? null, yColumn);
  return joinTooltip(
    `${xColumn.label} ${x}, ${y}`,
    [`${valueColumn.label}: ${formatNumber(cell.value, valueColumn.unit)}`],
    cell.isProvisional,
  );
}

function findCell({ cells }: Grid, point: unknown): GridCell | undefined {
  return typeof point === "object" &&
    point !== null &&
    "dataIndex" in point &&
    typeof point.dataIndex === "number"
    ? cells[point.dataIndex]
    : undefined;
}
