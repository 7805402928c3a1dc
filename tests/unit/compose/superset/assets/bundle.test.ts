import { describe, expect, test } from "vitest";

import {
  listChartColumns,
  listPeriodColumns,
} from "#compose/superset/assets/check-charts.ts";
import { findBundleFaults } from "#compose/superset/assets/check-bundle.ts";
import { listPlacedCharts } from "#compose/superset/assets/check-dashboards.ts";
import { parseAssets } from "#compose/superset/assets/parse-assets.ts";
import { FILES, SCHEMA } from "../load-files.ts";

const { assets } = parseAssets(FILES);
const charts = [...assets.charts.values()];

describe("the bundle", () => {
  test("is fit to be imported", () => {
    expect(findBundleFaults(FILES, SCHEMA)).toEqual([]);
  });

  test("has a dataset for every table of the star schema, every metric table and every view for charts", () => {
    const names = [...assets.datasets.values()].map(
      ({ table_name: name }) => name,
    );

    expect(names).toEqual(
      expect.arrayContaining([
        "users",
        "artists",
        "albums",
        "songs",
        "devices",
        "locations",
        "stream_events",
        "user_engagement_metrics",
        "content_performance_metrics",
        "device_metrics",
        "location_metrics",
        "hourly_metrics",
        "engagement_by_user_window",
        "engagement_by_user_hour",
        "engagement_by_window",
        "engagement_by_hour",
        "streams_by_hour",
        "content_by_window",
        "content_by_hour",
        "device_by_window",
        "location_by_window",
        "location_listeners_live",
        "hourly_live",
        "plays_by_location",
        "location_listeners_by_hour",
      ]),
    );
  });

  test("has five dashboards, which refresh by themselves", () => {
    const dashboards = [...assets.dashboards.values()];

    expect(dashboards.map(({ slug }) => slug).sort()).toEqual([
      "content-performance",
      "device-usage",
      "geographic",
      "hourly-trends",
      "user-engagement",
    ]);
    expect(
      dashboards.map(({ metadata }) => metadata.refresh_frequency),
    ).toEqual([30, 30, 30, 30, 30]);
  });

  test("has every chart that users expect on its dashboard", () => {
    const titles = Object.fromEntries(
      [...assets.dashboards.values()].map((dashboard) => [
        dashboard.dashboard_title,
        listPlacedCharts(dashboard)
          .placed.map(({ sliceName }) => sliceName)
          .sort(),
      ]),
    );

    expect(titles).toEqual({
      "User Engagement": [
        "Active users over time",
        "Average listen time by subscription",
        "Like rate by subscription",
        "Skip rate by age group",
        "Skip rate over time",
        "Streams by hour of day",
        "Streams by hour of day and subscription",
        "Streams per user by subscription",
      ],
      "Content Performance": [
        "Artists (top 15)",
        "Like rate by genre",
        "Like rate over time",
        "Skip rate by genre",
        "Top 10 songs",
        "Trending songs (top 10)",
      ],
      "Device Usage": [
        "Average listen time by device type",
        "Average listen time by device type and OS",
        "Completion rate by OS",
        "Completion rate by device type",
        "Device usage over time",
        "Streams by device type",
      ],
      Geographic: [
        "Streams by country (top 15)",
        "Streams by region (top 15)",
        "Streams of the top 5 cities over time",
        "Streams on the map",
        "Unique users by country (top 15)",
        "Unique users by region (top 15)",
      ],
      "Hourly Trends": [
        "Average listen time per hour",
        "Skip and like rate per hour",
        "Streams per hour",
        "Unique users and songs per hour",
      ],
    });
  });

  test("shows no single person", () => {
    const columns = new Set(
      charts.flatMap(({ params }) => listChartColumns(params)),
    );

    expect([...columns].filter((name) => name.startsWith("user"))).toEqual([]);
    expect(columns.size).toBeGreaterThan(10);
  });

  test("gives neither a password nor a name of a user away", () => {
    const text = [...FILES.values()].join("\n");

    expect(text).not.toMatch(/password:|username|:\/\/\w+:/);
  });

  test("computes no average of averages and no sum of distinct counts", () => {
    const expressions = [...assets.datasets.values()].flatMap(({ metrics }) =>
      metrics.map(({ expression }) => expression),
    );

    expect(
      expressions.filter((text) =>
        /AVG\(|SUM\((unique_|avg_\w+\)|\w+_rate\))/.test(text),
      ),
    ).toEqual([]);
    expect(expressions.length).toBeGreaterThan(50);
  });

  test("lets the dashboard's period act on every chart", () => {
    expect(
      charts.filter(({ params }) => listPeriodColumns(params).length !== 1),
    ).toEqual([]);
  });
});
