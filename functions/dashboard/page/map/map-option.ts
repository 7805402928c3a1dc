import { geoEqualEarth, type GeoStream } from "d3-geo";
import type { EChartsOption } from "echarts";

import type { Chart } from "#shared/domain/dashboards/answer.ts";
import {
  buildAnimation,
  type DrawingContext,
} from "../charts/drawing-context.ts";
import { pivotChart } from "../charts/pivot.ts";
import { buildTooltip, joinTooltip } from "../charts/tooltip.ts";
import {
  formatCategory,
  formatNumber,
  NO_VALUE,
} from "../format/format-value.ts";

/** The name under which the outlines are registered. */
export const WORLD = "world";

/** Returns the option of a map of the world. */
export function buildMapOption(
  chart: Chart,
  { theme, animates }: DrawingContext,
): EChartsOption {
  const { category, unit } = pivotChart(chart);
  const values = readValues(chart);
  const projection = geoEqualEarth();
  return {
    ...buildAnimation(animates),
    textStyle: { fontFamily: theme.font },
    tooltip: {
      ...buildTooltip(theme),
      trigger: "item",
      formatter: (point: unknown) => {
        const code = readName(point);
        const value = values.get(code);
        return joinTooltip(
          formatCategory(code, category),
          [value === undefined ? NO_VALUE : formatNumber(value, unit)],
          false,
        );
      },
    },
    visualMap: {
      type: "continuous",
      show: false,
      min: 0,
      max: Math.max(1, ...values.values()),
      inRange: { color: theme.heat.slice(1) },
    },
    series: {
      type: "map",
      map: WORLD,
      // The outlines cross the date line; without the stream ECharts would draw lines over the whole globe.
      projection: {
        project: (point) =>
          projection([point[0] ?? 0, point[1] ?? 0]) ?? [0, 0],
        unproject: (point) =>
          projection.invert?.([point[0] ?? 0, point[1] ?? 0]) ?? [0, 0],
        stream: (outer) => passOn(projection.stream(outer)),
      },
      roam: false,
      selectedMode: false,
      left: 0,
      right: 0,
      top: 0,
      bottom: 0,
      itemStyle: {
        areaColor: theme.surface,
        borderColor: theme.muted,
        borderWidth: 0.5,
      },
      emphasis: { label: { show: false }, itemStyle: { borderWidth: 1.5 } },
      data: [...values].map(([name, value]) => ({ name, value })),
    },
  };
}

/** ECharts asks for a sphere that d3 need not have. */
function passOn(stream: GeoStream) {
  return {
    point: (x: number, y: number) => stream.point(x, y),
    lineStart: () => stream.lineStart(),
    lineEnd: () => stream.lineEnd(),
    polygonStart: () => stream.polygonStart(),
    polygonEnd: () => stream.polygonEnd(),
    sphere: () => stream.sphere?.(),
  };
}

/** The streams of each country by its code. */
export function readValues(chart: Chart): Map<string, number> {
  const { categories, series } = pivotChart(chart);
  const values = series[0]?.values ?? [];
  return new Map(
    categories.flatMap((cell, index) => {
      const value = values[index];
      return typeof cell === "string" && typeof value === "number"
        ? [[cell, value] as const]
        : [];
    }),
  );
}

function readName(point: unknown): string {
  return typeof point === "object" && point !== null && "name" in point
    ? String(point.name)
    : "";
}
