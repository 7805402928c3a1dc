import { z } from "zod";

// Superset refuses a key that it does not know, and 1.0 as a version; all of it is refused here, with the file's name.
const common = {
  uuid: z.uuid(),
  version: z.literal("1.0.0", { error: "expected the text 1.0.0" }),
  /** Its pages offer no editing then: the next import would undo it. */
  is_managed_externally: z.literal(true),
};
const name = z.string().min(1);

export const metadataSchema = z.strictObject({
  version: common.version,
  type: z.literal("assets"),
  timestamp: z.string(),
});

export const databaseSchema = z.strictObject({
  ...common,
  database_name: name,
  sqlalchemy_uri: z
    .string()
    .regex(
      /^postgresql\+psycopg2:\/\/reader@[\w.]+:\d+\/\w+$/,
      "expected postgresql+psycopg2://reader@host:port/database, without a password",
    ),
  cache_timeout: z.int().nullable(),
  expose_in_sqllab: z.boolean(),
  allow_run_async: z.boolean(),
  allow_ctas: z.literal(false),
  allow_cvas: z.literal(false),
  allow_dml: z.literal(false),
  allow_csv_upload: z.literal(false),
  extra: z.record(z.string(), z.unknown()),
});

const columnSchema = z.strictObject({
  column_name: name,
  type: name,
  verbose_name: name.optional(),
  is_dttm: z.boolean().optional(),
  groupby: z.boolean().optional(),
  filterable: z.boolean().optional(),
  expression: name.optional(),
  description: name.optional(),
});

const metricSchema = z.strictObject({
  metric_name: name,
  verbose_name: name,
  expression: name,
  d3format: name,
  description: name.optional(),
});

export const datasetSchema = z.strictObject({
  ...common,
  table_name: name,
  schema: z.literal("public", {
    error: "expected public: without one it becomes the examples' schema",
  }),
  description: name,
  main_dttm_col: name.nullable(),
  sql: name.nullable(),
  cache_timeout: z.literal(-1),
  columns: z.array(columnSchema).min(1),
  metrics: z.array(metricSchema).min(1),
  database_uuid: z.uuid(),
});

const filterSchema = z.strictObject({
  clause: z.literal("WHERE"),
  expressionType: z.literal("SIMPLE"),
  subject: name,
  operator: z.literal("TEMPORAL_RANGE", {
    error: "expected TEMPORAL_RANGE, the only one that build-query.ts asks for",
  }),
  comparator: name,
});

/** Of params, what a query depends on; the rest is how it is drawn. */
const paramsSchema = z.looseObject({
  viz_type: name,
  x_axis: name.optional(),
  entity: name.optional(),
  groupby: z.union([name, z.array(name)]).optional(),
  all_columns: z.array(name).optional(),
  metric: name.optional(),
  metrics: z.array(name).optional(),
  timeseries_limit_metric: name.optional(),
  x_axis_sort: name.optional(),
  order_by_cols: z.array(name).optional(),
  order_desc: z.boolean().optional(),
  query_mode: z.enum(["aggregate", "raw"]).optional(),
  row_limit: z.int().positive(),
  limit: z.int().positive().optional(),
  /** Windows of minutes or hours, as pandas calls them; a misspelt one is noticed only when the chart is drawn. */
  resample_rule: z
    .enum(["1T", "2T", "5T", "10T", "15T", "30T", "1H"])
    .optional(),
  resample_method: z.enum(["asfreq", "zerofill"]).optional(),
  /** Of the axis and of the values, if any are written. */
  y_axis_format: name.optional(),
  adhoc_filters: z.array(filterSchema),
});

export const chartSchema = z.strictObject({
  ...common,
  slice_name: name,
  description: name.nullable(),
  viz_type: name,
  params: paramsSchema,
  query_context: z.null(),
  dataset_uuid: z.uuid(),
});

const positionItemSchema = z.strictObject({
  type: z.enum(["ROOT", "GRID", "HEADER", "ROW", "MARKDOWN", "CHART"]),
  id: name,
  children: z.array(name).optional(),
  parents: z.array(name).optional(),
  meta: z.looseObject({}).optional(),
});

/** What the item of a chart has to have; without chartId the whole dashboard is dropped. */
export const chartMetaSchema = z.strictObject({
  chartId: z.int().positive(),
  uuid: z.uuid(),
  sliceName: name,
  width: z.int().min(1).max(12),
  height: z.int().min(10).max(200),
});

const timeFilterSchema = z.strictObject({
  id: z.string().startsWith("NATIVE_FILTER-"),
  name,
  type: z.literal("NATIVE_FILTER"),
  filterType: z.literal("filter_time"),
  targets: z.array(z.strictObject({})),
  controlValues: z.looseObject({}),
  defaultDataMask: z.strictObject({
    extraFormData: z.strictObject({ time_range: name }),
    filterState: z.strictObject({ value: name }),
  }),
  cascadeParentIds: z.array(z.string()),
  scope: z.strictObject({
    rootPath: z.tuple([z.literal("ROOT_ID")]),
    excluded: z.array(z.int()),
  }),
  description: z.string(),
});

export const dashboardSchema = z.strictObject({
  ...common,
  dashboard_title: name,
  description: name,
  slug: z.string().regex(/^[a-z]+(-[a-z]+)*$/, "expected words-with-hyphens"),
  css: z.string(),
  published: z.literal(true),
  position: z
    .looseObject({ DASHBOARD_VERSION_KEY: z.literal("v2") })
    .catchall(positionItemSchema),
  metadata: z.strictObject({
    /** Seconds. */
    refresh_frequency: z.int().min(10).max(300),
    timed_refresh_immune_slices: z.tuple([]),
    expanded_slices: z.strictObject({}),
    color_scheme: name,
    label_colors: z.strictObject({}),
    shared_label_colors: z.tuple([]),
    cross_filters_enabled: z.boolean(),
    native_filter_configuration: z.array(timeFilterSchema).min(1),
  }),
});

export type Dataset = Readonly<z.output<typeof datasetSchema>>;
export type Chart = Readonly<z.output<typeof chartSchema>>;
export type ChartParams = Chart["params"];
export type Dashboard = Readonly<z.output<typeof dashboardSchema>>;
export type Database = Readonly<z.output<typeof databaseSchema>>;
