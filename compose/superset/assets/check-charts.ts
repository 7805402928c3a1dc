import type { Chart, ChartParams, Dataset } from "./asset-schemas.ts";
import type { Assets } from "./parse-assets.ts";

/**
 * Finds columns and metrics that the chart's dataset has not, broken links, charts that no period acts on, and numbers in
 * another form than their metric's.
 */
export function checkCharts({ datasets, charts }: Assets): string[] {
  const byUuid = new Map(
    [...datasets.values()].map((dataset) => [dataset.uuid, dataset]),
  );
  return [...charts].flatMap(([path, chart]) => {
    const dataset = byUuid.get(chart.dataset_uuid);
    const faults =
      dataset === undefined
        ? [`dataset_uuid ${chart.dataset_uuid} is no dataset's`]
        : checkChart(chart, dataset);
    return faults.map((fault) => `${path}: ${fault}`);
  });
}

/** The columns that a chart's query names. */
export function listChartColumns(params: ChartParams): string[] {
  return [
    params.x_axis ?? [],
    params.entity ?? [],
    params.groupby ?? [],
    params.all_columns ?? [],
  ].flat();
}

/** The metrics that a chart's query computes, each once. */
export function listChartMetrics(params: ChartParams): string[] {
  const {
    metric = [],
    metrics = [],
    timeseries_limit_metric: by = [],
  } = params;
  return [...new Set([metric, metrics, by].flat())];
}

/** The time columns on which the dashboard's period acts. */
export function listPeriodColumns({ adhoc_filters: filters }: ChartParams) {
  return filters.map(({ subject }) => subject);
}

function checkChart({ viz_type: type, params }: Chart, dataset: Dataset) {
  const columns = new Map(
    dataset.columns.map((column) => [column.column_name, column]),
  );
  const metrics = new Map(
    dataset.metrics.map((metric) => [metric.metric_name, metric]),
  );
  const named = [
    ...listChartColumns(params),
    ...params.adhoc_filters.map(({ subject }) => subject),
  ];
  const usedMetrics = listChartMetrics(params);
  const { x_axis_sort: sort, y_axis_format: format } = params;
  return [
    ...(params.viz_type === type
      ? []
      : [`viz_type is ${type}, in params it is ${params.viz_type}`]),
    ...named.flatMap((name) =>
      columns.has(name) ? [] : [`${dataset.table_name} has no column ${name}`],
    ),
    ...usedMetrics.flatMap((name) =>
      metrics.has(name) ? [] : [`${dataset.table_name} has no metric ${name}`],
    ),
    ...usedMetrics.flatMap((name) => {
      const own = metrics.get(name)?.d3format;
      return format === undefined || own === undefined || format === own
        ? []
        : [`y_axis_format is ${format}, that of its metric ${name} is ${own}`];
    }),
    ...(usedMetrics.length > 0 || params.query_mode === "raw"
      ? []
      : ["has no metric"]),
    ...(sort === undefined || [...named, ...usedMetrics].includes(sort)
      ? []
      : [`x_axis_sort ${sort} is neither its x_axis nor one of its metrics`]),
    ...listPeriodColumns(params).flatMap((name) =>
      columns.get(name)?.is_dttm === true ? [] : [`${name} is no time column`],
    ),
    ...(listPeriodColumns(params).length === 1
      ? []
      : [
          "has not one filter with the operator TEMPORAL_RANGE, by which the dashboard's period acts on it",
        ]),
    ...checkOrder(params, columns),
  ];
}

function checkOrder(
  { order_by_cols: order = [] }: ChartParams,
  columns: ReadonlyMap<string, unknown>,
): string[] {
  return order.flatMap((text) => {
    const [name] = readOrder(text);
    return columns.has(name) ? [] : [`order_by_cols: no column ${name}`];
  });
}

/** Reads `["column", true]`, true for ascending, which is a text within YAML. */
export function readOrder(text: string): [column: string, ascending: boolean] {
  const [, column = text, ascending] =
    /^\["(\w+)", (true|false)\]$/.exec(text) ?? [];
  return [column, ascending === "true"];
}
