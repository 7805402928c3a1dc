import {
  chartMetaSchema,
  type Chart,
  type Dashboard,
} from "./asset-schemas.ts";
import type { Assets } from "./parse-assets.ts";

/** A chart as a dashboard places it. */
interface PlacedChart {
  readonly key: string;
  readonly chartId: number;
  readonly uuid: string;
  readonly sliceName: string;
}

/** Finds charts that are missing, nowhere or without a number, broken trees, and charts without a period. */
export function checkDashboards({ charts, dashboards }: Assets): string[] {
  const byUuid = new Map(
    [...charts.values()].map((chart) => [chart.uuid, chart]),
  );
  const placed = new Set<string>();
  const faults = [...dashboards].flatMap(([path, dashboard]) => {
    const found = listPlacedCharts(dashboard);
    for (const { uuid } of found.placed) placed.add(uuid);
    return [
      ...found.faults,
      ...checkTree(dashboard),
      ...checkPlaced(found.placed, byUuid),
      ...checkPeriods(dashboard, found.placed),
    ].map((fault) => `${path}: ${fault}`);
  });
  for (const [path, { uuid }] of charts)
    if (!placed.has(uuid)) faults.push(`${path}: is on no dashboard`);
  return faults;
}

/** The charts of a dashboard with its numbers for them. */
export function listPlacedCharts({ position }: Dashboard): {
  readonly placed: readonly PlacedChart[];
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  const placed = listItems({ position }).flatMap(([key, { type, meta }]) => {
    if (type !== "CHART") return [];
    const result = chartMetaSchema.safeParse(meta);
    if (result.success) return [{ key, ...result.data }];
    for (const { path, message } of result.error.issues)
      faults.push(`position.${key}.meta.${path.join(".")}: ${message}`);
    return [];
  });
  return { placed, faults };
}

/** The periods that a dashboard opens with, by the uuid of the chart. */
export function listPeriods(dashboard: Dashboard): Map<string, string[]> {
  const periods = new Map<string, string[]>();
  for (const { uuid, chartId } of listPlacedCharts(dashboard).placed)
    periods.set(
      uuid,
      dashboard.metadata.native_filter_configuration
        .filter(({ scope }) => !scope.excluded.includes(chartId))
        .map(({ defaultDataMask: mask }) => mask.extraFormData.time_range),
    );
  return periods;
}

type Item = Exclude<Dashboard["position"][string], "v2">;

function listItems({ position }: Pick<Dashboard, "position">) {
  return Object.entries(position).filter(
    (entry): entry is [string, Item] => entry[1] !== "v2",
  );
}

/** From the root every item is reached once, and its parents are the way to it. */
function checkTree(dashboard: Dashboard): string[] {
  const items = new Map(listItems(dashboard));
  const faults: string[] = [];
  const reached = new Set<string>();
  const visit = (key: string, way: readonly string[]): void => {
    const item = items.get(key);
    if (item === undefined || reached.has(key)) {
      faults.push(
        `position: ${way.at(-1)} has the child ${key}, which is ${item === undefined ? "not there" : "there already"}`,
      );
      return;
    }
    reached.add(key);
    if (item.id !== key) faults.push(`position.${key}: its id is ${item.id}`);
    if (key !== "ROOT_ID" && (item.parents ?? []).join() !== way.join())
      faults.push(`position.${key}: its parents are not ${way.join(", ")}`);
    for (const child of item.children ?? []) visit(child, [...way, key]);
  };
  visit("ROOT_ID", []);
  for (const [key, { type }] of items)
    if (!reached.has(key) && type !== "HEADER")
      faults.push(`position.${key}: is no child of anything`);
  return faults;
}

function checkPlaced(
  placed: readonly PlacedChart[],
  charts: ReadonlyMap<string, Chart>,
): string[] {
  const numbers = new Set<number>();
  return placed.flatMap(({ key, chartId, uuid, sliceName }) => {
    const chart = charts.get(uuid);
    const isRepeated = numbers.has(chartId);
    numbers.add(chartId);
    return [
      ...(chart === undefined
        ? [`position.${key}: uuid ${uuid} is no chart's`]
        : []),
      ...(chart === undefined || chart.slice_name === sliceName
        ? []
        : [`position.${key}: the chart is called ${chart.slice_name}`]),
      ...(isRepeated
        ? [`position.${key}: chartId ${chartId} is another one's, too`]
        : []),
    ];
  });
}

function checkPeriods(
  dashboard: Dashboard,
  placed: readonly PlacedChart[],
): string[] {
  const periods = listPeriods(dashboard);
  const numbers = new Set(placed.map(({ chartId }) => chartId));
  const filters = dashboard.metadata.native_filter_configuration;
  return [
    ...placed.flatMap(({ key, uuid }) => {
      const count = periods.get(uuid)?.length ?? 0;
      return count === 1
        ? []
        : [`${key}: ${count} native filters act on it; expected 1`];
    }),
    ...filters.flatMap(({ id, scope, defaultDataMask: mask }) => [
      ...scope.excluded.flatMap((chartId) =>
        numbers.has(chartId)
          ? []
          : [`${id}: excludes ${chartId}, which is no chartId`],
      ),
      ...(mask.extraFormData.time_range === mask.filterState.value
        ? []
        : [`${id}: shows another default than it applies`]),
    ]),
  ];
}
