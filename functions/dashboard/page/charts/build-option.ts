import type { EChartsOption } from "echarts";

import type { Chart } from "#shared/domain/dashboards/answer.ts";
import { buildCartesianOption } from "./cartesian-option.ts";
import type { DrawingContext } from "./drawing-context.ts";
import { buildHeatMapOption } from "./heat-map-option.ts";

/** Returns what ECharts draws of a chart, or undefined for a kind that is drawn otherwise: figures, tables and the map. */
export function buildOption(
  chart: Chart,
  context: DrawingContext,
): EChartsOption | undefined {
  switch (chart.kind) {
    case "line":
    case "bar":
    case "horizontal-bar":
    case "stacked-bar":
      return buildCartesianOption(chart, context);
    case "heat-map":
      return buildHeatMapOption(chart, context);
    default:
      return undefined;
  }
}
