import { MapChart } from "echarts/charts";
import { registerMap, use } from "echarts/core";

import type { Chart } from "#shared/domain/dashboards/answer.ts";
import { buildMapOption, readValues, WORLD } from "./map-option.ts";
import { readWorld } from "./world.ts";

// This module and what it imports are an asset of their own, which is loaded when somebody opens a map.
use([MapChart]);
const world = readWorld();
// As text, because ECharts' types know fewer kinds of geometry than those of GeoJSON.
registerMap(WORLD, JSON.stringify(world));
const drawn = new Set(world.features.map(({ properties }) => properties.name));

export { buildMapOption };

/** The codes of a chart's countries that the map is too coarse for; they are in the table. */
export function listUndrawn(chart: Chart): string[] {
  return [...readValues(chart).keys()].filter((code) => !drawn.has(code));
}
