import { MapChart } from "echarts/charts";
import { registerMap, use } from "echarts/core";

import type { Chart } from "#shared/domain/dashboards/answer.ts";
import type { Legend } from "../charts/plan-legend.ts";
import { formatShort } from "../format/format-value.ts";
import { buildMapOption, readValues, WORLD } from "./map-option.ts";
import { readWorld } from "./world.ts";

// This module and what it imports are an asset of their own, which is loaded when somebody opens a map.
use([MapChart]);
const world = readWorld();
// As text, because ECharts' types know fewer kinds of geometry than those of GeoJSON.
registerMap(WORLD, JSON.stringify(world));
const drawn = new Set(world.features.map(({ properties }) => properties.name));

export { buildMapOption };

/** The scale of the colours. */
export function planMapLegend(chart: Chart): Legend {
  const greatest = Math.max(0, ...readValues(chart).values());
  return {
    series: [],
    scale: [formatShort(0, "count"), formatShort(greatest, "count")],
    drawnAs: "cell",
  };
}

/** The codes of a chart's countries that the map is too coarse for; they are in the table. */
export function listUndrawn(chart: Chart): string[] {
  return [...readValues(chart).keys()].filter((code) => !drawn.has(code));
}
