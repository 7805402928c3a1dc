import { expect, test } from "vitest";

import {
  findBundleFaults,
  requireBundle,
} from "#compose/superset/assets/check-bundle.ts";
import { listColumns } from "#compose/superset/assets/check-datasets.ts";
import { changeFile, FILES, SCHEMA } from "../load-files.ts";

const DATABASE = "databases/music_streaming.yaml";
const DATASET = "datasets/music_streaming/engagement_by_window.yaml";
const VIRTUAL = "datasets/music_streaming/trending_songs.yaml";
const CHART = "charts/skip-rate.yaml";
const DASHBOARD = "dashboards/hourly-trends.yaml";
const OTHER_UUID = "00000000-0000-4000-8000-000000000000";

test.each([
  [
    "a version that is a number",
    CHART,
    "version: 1.0.0",
    "version: 1.0",
    `${CHART}: version: expected the text 1.0.0`,
  ],
  [
    "a key that Superset refuses",
    CHART,
    "viz_type:",
    "x-comment: hello\nviz_type:",
    `${CHART}: Unrecognized key: "x-comment"`,
  ],
  [
    "a key that is there twice",
    CHART,
    "version: 1.0.0",
    "version: 1.0.0\nversion: 1.0.0",
    "Map keys must be unique",
  ],
  [
    "a password in the database's address",
    DATABASE,
    "//reader@",
    "//reader:secret@",
    `${DATABASE}: sqlalchemy_uri: expected postgresql+psycopg2://reader@host:port/database, without a password`,
  ],
  [
    "a database that can be written to",
    DATABASE,
    "allow_dml: false",
    "allow_dml: true",
    `${DATABASE}: allow_dml:`,
  ],
  [
    "a dataset without a schema",
    DATASET,
    "schema: public",
    "schema: null",
    `${DATASET}: schema: expected public`,
  ],
  [
    "a dataset of another database",
    DATASET,
    /database_uuid: .*/,
    `database_uuid: ${OTHER_UUID}`,
    `${DATASET}: database_uuid ${OTHER_UUID} is no database's`,
  ],
  [
    "a dataset of a table that is not there",
    DATASET,
    "table_name: engagement_by_window",
    "table_name: engagement_by_week",
    `${DATASET}: engagement_by_week is neither a table nor a view`,
  ],
  [
    "a column that the view does not have",
    DATASET,
    "column_name: age_group",
    "column_name: age_range",
    `${DATASET}: engagement_by_window has no column age_range`,
  ],
  [
    "a metric over a column that is not there",
    DATASET,
    "SUM(skipped_count)",
    "SUM(skiped_count)",
    `${DATASET}: skip_rate is computed from skiped_count, which is no column`,
  ],
  [
    "a metric with the name of a column",
    DATASET,
    "metric_name: streams",
    "metric_name: stream_count",
    `${DATASET}: the metric stream_count has the name of a column`,
  ],
  [
    "a metric that means something else elsewhere",
    DATASET,
    "expression: SUM(stream_count)",
    "expression: MAX(stream_count)",
    "its metric streams is not that of",
  ],
  [
    "a query over a table that is not there",
    VIRTUAL,
    "from window_frontiers",
    "from window_fronts",
    `${VIRTUAL}: sql reads window_fronts`,
  ],
  [
    "a main time that is none",
    DATASET,
    "main_dttm_col: time_window",
    "main_dttm_col: age_group",
    `${DATASET}: main_dttm_col age_group is no column with is_dttm`,
  ],
  [
    "a chart of a dataset that is not there",
    CHART,
    /dataset_uuid: .*/,
    `dataset_uuid: ${OTHER_UUID}`,
    `${CHART}: dataset_uuid ${OTHER_UUID} is no dataset's`,
  ],
  [
    "a chart with a metric that is not there",
    CHART,
    "metrics: [skip_rate]",
    "metrics: [skip_ratio]",
    `${CHART}: engagement_by_window has no metric skip_ratio`,
  ],
  [
    "a chart with a column that is not there",
    CHART,
    "x_axis: time_window",
    "x_axis: time_windows",
    `${CHART}: engagement_by_window has no column time_windows`,
  ],
  [
    "a chart of two types",
    CHART,
    "viz_type: echarts_timeseries_line",
    "viz_type: echarts_timeseries_bar",
    `${CHART}: viz_type is echarts_timeseries_bar, in params it is echarts_timeseries_line`,
  ],
  [
    "a chart on which no period acts",
    CHART,
    /adhoc_filters:\n(?: {4}.*\n)+/,
    "adhoc_filters: []\n",
    `${CHART}: has not one filter with the operator TEMPORAL_RANGE`,
  ],
  [
    "a chart with a filter that the check of its rows would leave out",
    CHART,
    "operator: TEMPORAL_RANGE",
    "operator: IN",
    `${CHART}: params.adhoc_filters.0.operator: expected TEMPORAL_RANGE`,
  ],
  [
    "a chart whose gaps are filled at no size of a window",
    CHART,
    "resample_rule: 5T",
    "resample_rule: 5TT",
    `${CHART}: params.resample_rule:`,
  ],
  [
    "a chart whose gaps are filled in no known way",
    CHART,
    "resample_method: asfreq",
    "resample_method: as_freq",
    `${CHART}: params.resample_method:`,
  ],
  [
    "a chart that rounds its rate to whole percents",
    CHART,
    'y_axis_format: ".1%"',
    'y_axis_format: ".0%"',
    `${CHART}: y_axis_format is .0%, that of its metric skip_rate is .1%`,
  ],
  [
    "a chart that is on no dashboard",
    DASHBOARD,
    /uuid: 1d70ada1-\S+/,
    `uuid: ${OTHER_UUID}`,
    "charts/hourly-listen-time.yaml: is on no dashboard",
  ],
  [
    "a dashboard with a chart that is not there",
    DASHBOARD,
    /uuid: 1d70ada1-\S+/,
    `uuid: ${OTHER_UUID}`,
    `${DASHBOARD}: position.CHART-hourly-listen-time: uuid ${OTHER_UUID} is no chart's`,
  ],
  [
    "a place of a chart without a number",
    DASHBOARD,
    "chartId: 4\n",
    "\n",
    `${DASHBOARD}: position.CHART-hourly-listen-time.meta.chartId:`,
  ],
  [
    "two places with one number",
    DASHBOARD,
    "chartId: 4",
    "chartId: 3",
    `${DASHBOARD}: position.CHART-hourly-listen-time: chartId 3 is another one's`,
  ],
  [
    "a chart's place under another title",
    DASHBOARD,
    "sliceName: Streams per hour",
    "sliceName: Plays per hour",
    "the chart is called Streams per hour",
  ],
  [
    "a row whose child is not there",
    DASHBOARD,
    "children: [CHART-hourly-streams,",
    "children: [CHART-hourly-plays,",
    `${DASHBOARD}: position: ROW-1 has the child CHART-hourly-plays, which is not there`,
  ],
  [
    "an item with other parents than those it has",
    DASHBOARD,
    "parents: [ROOT_ID, GRID_ID, ROW-1]",
    "parents: [ROOT_ID, GRID_ID, ROW-2]",
    "its parents are not ROOT_ID, GRID_ID, ROW-1",
  ],
  [
    "a period that does not act on a chart",
    DASHBOARD,
    "excluded: []",
    "excluded: [2]",
    `${DASHBOARD}: CHART-hourly-unique-users-and-songs: 0 native filters act on it`,
  ],
  [
    "an excluded number that is no chart's",
    DASHBOARD,
    "excluded: []",
    "excluded: [99]",
    "excludes 99, which is no chartId",
  ],
  [
    "a period that shows one default and applies another",
    DASHBOARD,
    "value: 'DATEADD(DATETIME(\"now\"), -24, hour) : now'",
    "value: Last hour",
    "shows another default than it applies",
  ],
])("%s is named", (_, path, from, to, expected) => {
  const faults = findBundleFaults(changeFile(path, from, to), SCHEMA);

  expect(faults).toContainEqual(expect.stringContaining(expected));
});

test.each([
  ["a file with a name that is not imported", "charts/skip-rate.yml"],
  ["a file outside of the known folders", "queries/skip-rate.yaml"],
])("%s is named", (_, path) => {
  const files = new Map([...FILES, [path, "version: 1.0.0\n"]]);

  expect(findBundleFaults(files, SCHEMA)).toEqual([
    expect.stringContaining(`${path}: is nothing that Superset imports`),
  ]);
});

test("a bundle without metadata is named", () => {
  const files = new Map(FILES);
  files.delete("metadata.yaml");

  expect(findBundleFaults(files, SCHEMA)).toEqual([
    "metadata.yaml: is missing",
  ]);
});

test("a copy of a chart is named by its uuid, its title and its content", () => {
  const copy = FILES.get(CHART) ?? "";
  const files = new Map([...FILES, ["charts/copy.yaml", copy]]);

  expect(findBundleFaults(files, SCHEMA)).toEqual(
    expect.arrayContaining(
      ["uuid", "name", "content"].map(
        (what) => `charts/copy.yaml: has the ${what} of ${CHART}`,
      ),
    ),
  );
});

test("a bundle with faults is refused with all of them, and a good one is not", () => {
  const once = changeFile(CHART, "version: 1.0.0", "version: 1.0");
  const twice = changeFile(DASHBOARD, "chartId: 4", "chartId: 3", once);

  expect(() => requireBundle(twice, SCHEMA)).toThrow(
    expect.objectContaining({
      code: "superset_bundle_invalid",
      domain: "user",
      message: expect.stringMatching(
        /charts\/skip-rate\.yaml: version.*chartId 3 is another one's/s,
      ),
    }),
  );
  expect(requireBundle(FILES, SCHEMA).charts.size).toBe(30);
});

test("the columns of an expression are told from functions, types, texts and keywords", () => {
  expect(
    listColumns(
      "SUM(skipped_count)::double precision / NULLIF(COUNT(DISTINCT user_id), 0) || to_char(time_window AT TIME ZONE 'utc is''nt', 'x') || array_position(ARRAY['a'], age_group)::text",
    ),
  ).toEqual(["skipped_count", "user_id", "time_window", "age_group"]);
});
