import { expect, test } from "vitest";

import { buildQuery } from "#compose/superset/assets/build-query.ts";
import { parseAssets } from "#compose/superset/assets/parse-assets.ts";
import { FILES } from "../load-files.ts";

const { assets } = parseAssets(FILES);

function queryOf(name: string) {
  const chart = assets.charts.get(`charts/${name}.yaml`);
  if (chart === undefined) throw new Error(`There is no chart ${name}.`);
  return buildQuery(chart, "Last hour");
}

const PERIOD = [
  { col: "time_window", op: "TEMPORAL_RANGE", val: "Last hour" },
] as const;

test("a line asks for its metric by time in the period", () => {
  expect(queryOf("skip-rate")).toEqual({
    columns: ["time_window"],
    metrics: ["skip_rate"],
    filters: PERIOD,
    orderby: [["skip_rate", false]],
    row_limit: 10_000,
  });
});

test("a top list asks for the largest", () => {
  expect(queryOf("top-songs")).toMatchObject({
    columns: ["song_label"],
    metrics: ["streams"],
    orderby: [["streams", false]],
    row_limit: 10,
  });
});

test("lines of the largest series ask for these series only", () => {
  expect(queryOf("top-cities")).toMatchObject({
    columns: ["time_window", "place_label"],
    series_columns: ["place_label"],
    series_limit: 5,
    series_limit_metric: "streams",
  });
});

test("a heat map asks for both of its axes", () => {
  expect(queryOf("engagement-heat-map")).toMatchObject({
    columns: ["hour_of_day", "subscription_type"],
    metrics: ["streams"],
  });
});

test("a table of rows asks for no metric, in its own order", () => {
  const query = queryOf("trending-songs");

  expect(query).toMatchObject({
    columns: ["song_label", "stream_count", "stream_count_before", "change"],
    orderby: [
      ["growth", false],
      ["song_label", true],
    ],
  });
  expect(query).not.toHaveProperty("metrics");
});

test("the facts are asked for the period in which they were played", () => {
  expect(queryOf("unique-users-by-region").filters).toEqual([
    { col: "played_at", op: "TEMPORAL_RANGE", val: "Last hour" },
  ]);
});
