import type { Chart } from "./asset-schemas.ts";
import {
  listChartColumns,
  listChartMetrics,
  listPeriodColumns,
  readOrder,
} from "./check-charts.ts";

/** A query of `POST /api/v1/chart/data`, as Superset's page makes it from a chart's params. */
export interface ChartQuery {
  readonly columns: readonly string[];
  /** Absent: rows as they are, not grouped. */
  readonly metrics?: readonly string[];
  readonly filters: readonly {
    readonly col: string;
    readonly op: string;
    readonly val: string;
  }[];
  readonly orderby: readonly (readonly [by: string, ascending: boolean])[];
  readonly row_limit: number;
  readonly series_columns?: readonly string[];
  readonly series_limit?: number;
  readonly series_limit_metric?: string;
}

/** Builds the query of a chart for a period such as `Last hour`: Superset keeps none for a chart that came as a file. */
export function buildQuery({ params }: Chart, period: string): ChartQuery {
  const columns = listChartColumns(params);
  const filters = listPeriodColumns(params).map((col) => ({
    col,
    op: "TEMPORAL_RANGE",
    val: period,
  }));
  const { row_limit, limit, order_desc: isDescending = true } = params;
  if (params.query_mode === "raw")
    return {
      columns,
      filters,
      orderby: (params.order_by_cols ?? []).map(readOrder),
      row_limit,
    };
  const metrics = listChartMetrics(params);
  const orderedBy = params.timeseries_limit_metric ?? metrics[0];
  return {
    columns,
    metrics,
    filters,
    orderby: orderedBy === undefined ? [] : [[orderedBy, !isDescending]],
    row_limit,
    ...(limit === undefined
      ? {}
      : {
          series_columns: [params.groupby ?? []].flat(),
          series_limit: limit,
          series_limit_metric: orderedBy ?? "",
        }),
  };
}
