import { readFileSync } from "node:fs";

import { expect, it, test } from "vitest";

import { buildOption } from "#functions/dashboard/page/charts/build-option.ts";
import { describePoint } from "#functions/dashboard/page/charts/cartesian-option.ts";
import { isEmptyAnswer } from "#functions/dashboard/page/charts/is-empty.ts";
import { pivotChart } from "#functions/dashboard/page/charts/pivot.ts";
import { planLegend } from "#functions/dashboard/page/charts/plan-legend.ts";
import { pickSymbol } from "#functions/dashboard/page/charts/series-symbols.ts";
import type { Chart, Column } from "#shared/domain/dashboards/answer.ts";
import { category, makeChart, THEME, TIME, value } from "./charts.ts";

const TIMES = ["00", "05", "10"].map((minute) => `2026-11-28T14:${minute}:00Z`);
const DEVICE: Column = { ...category("device"), role: "series" };
const context = { theme: THEME, animates: true, width: 500 };
const draw = (chart: Chart) => buildOption(chart, context);

const activeUsers = makeChart(
  "line",
  [TIME, value("Active users")],
  TIMES.map((time, index) => [time, 10 + index]),
  [2],
);

it("a line is solid where it is final, and goes on broken from the last final point", () => {
  expect(draw(activeUsers)?.series).toMatchObject([
    { type: "line", data: [10, 11, null] },
    {
      type: "line",
      name: "Active users",
      lineStyle: { type: [5, 4] },
      data: [null, { value: 11, symbol: "none" }, 12],
    },
  ]);
});

it("a line of final buckets is one line", () => {
  expect(
    draw({ ...activeUsers, provisional: [false, false, false] })?.series,
  ).toHaveLength(1);
});

it("a rate of nothing is a gap, and a bar of an open bucket is striped", () => {
  const chart = makeChart(
    "bar",
    [TIME, value("Skip rate", "share")],
    [
      [TIMES[0] ?? "", 0.5],
      [TIMES[1] ?? "", null],
      [TIMES[2] ?? "", 0.25],
    ],
    [2],
  );

  expect(draw(chart)?.series).toMatchObject([
    {
      type: "bar",
      data: [
        0.5,
        null,
        { value: 0.25, itemStyle: { decal: { color: THEME.stripe } } },
      ],
    },
  ]);
});

it("rows of a series column become series over all categories", () => {
  const chart = makeChart(
    "stacked-bar",
    [TIME, DEVICE, value("Streams")],
    [
      [TIMES[0] ?? "", "car", 1],
      [TIMES[0] ?? "", "phone", 2],
      [TIMES[1] ?? "", "phone", 3],
    ],
  );

  expect(pivotChart(chart)).toMatchObject({
    categories: TIMES.slice(0, 2),
    series: [
      { name: "car", values: [1, null] },
      { name: "phone", values: [2, 3] },
    ],
  });
  expect(draw(chart)?.series).toMatchObject([
    { name: "car", stack: "all", color: THEME.series[0] },
    { name: "phone", stack: "all", color: THEME.series[1] },
  ]);
});

it("several value columns become several series, each a colour and a symbol of its own", () => {
  const chart = makeChart(
    "line",
    [TIME, value("Unique users"), value("Unique songs")],
    [[TIMES[0] ?? "", 5, 9]],
  );

  expect(draw(chart)?.series).toMatchObject([
    { name: "Unique users", symbol: "circle", color: THEME.series[0] },
    { name: "Unique songs", symbol: "rect", color: THEME.series[1] },
  ]);
  expect(planLegend(chart).series).toEqual([
    { name: "Unique users", colour: 1 },
    { name: "Unique songs", colour: 2 },
  ]);
});

it("five cities have five symbols, in the chart and in its legend", () => {
  const city: Column = { ...category("city"), role: "series" };
  const names = ["Berlin", "Lagos", "Lima", "Osaka", "Perth"];
  const chart = makeChart(
    "line",
    [TIME, city, value("Streams")],
    names.map((name) => [TIMES[0] ?? "", name, 1]),
  );

  const series = draw(chart)?.series;

  const drawn = new Set(
    (Array.isArray(series) ? series : []).map((line) =>
      "symbol" in line ? line.symbol : undefined,
    ),
  );
  expect(drawn.size).toBe(5);
  const styles = readFileSync(
    new URL(
      "../../../../../functions/dashboard/page/cards.css",
      import.meta.url,
    ),
    "utf8",
  );
  const classes = names.map((_, index) => pickSymbol(index).className);
  expect(new Set(classes).size).toBe(5);
  // A rectangle is what a swatch is by itself.
  expect(classes.filter((name) => !styles.includes(`\n.${name} {`))).toEqual([
    "rect",
  ]);
});

it("series whose names look alike stay two, and their names are one line", () => {
  const city: Column = { ...category("city"), role: "series" };
  const chart = makeChart(
    "line",
    [TIME, city, value("Streams")],
    [
      [TIMES[0] ?? "", "New York", 1],
      [TIMES[0] ?? "", "New\nYork", 2],
    ],
  );

  expect(pivotChart(chart).series).toEqual([
    { id: "New York", name: "New York", values: [1] },
    { id: "New\nYork", name: "New York", values: [2] },
  ]);
});

test.for([
  ["names that fit below bars", "bar", ["Free", "Premium"], "xAxis"],
  [
    "names that do not fit",
    "bar",
    ["United Kingdom", "New South Wales", "Baden-Württemberg"],
    "yAxis",
  ],
  [
    "hours",
    "bar",
    Array.from({ length: 24 }, (_, hour) => `${hour}:00`),
    "xAxis",
  ],
  [
    "few short names where lying bars are asked for",
    "horizontal-bar",
    ["A"],
    "yAxis",
  ],
] as const)("%s (%s) stand at the %s axis", ([, kind, names, axis]) => {
  const chart = makeChart(
    kind,
    [category("name"), value("Streams")],
    names.map((name, index) => [name, index]),
  );

  expect(draw(chart)?.[axis]).toMatchObject({
    type: "category",
    data: names,
  });
});

it("the first row of lying bars is the uppermost one", () => {
  const chart = makeChart(
    "horizontal-bar",
    [category("song"), value("Streams")],
    [["Most", 9]],
  );

  expect(draw(chart)).toMatchObject({
    yAxis: { inverse: true },
    xAxis: { min: 0 },
  });
});

it("names beside bars have a share of the width, and are cut beyond it", () => {
  const chart = makeChart(
    "horizontal-bar",
    [category("song"), value("Streams")],
    [["A long name", 9]],
  );

  expect(draw(chart)).toMatchObject({
    yAxis: { axisLabel: { width: 180, overflow: "truncate" } },
  });
});

it("a heat map has the hours in their order, and a cell for what occurs", () => {
  const chart = makeChart(
    "heat-map",
    [category("Hour"), category("Subscription"), value("Streams")],
    [
      ["10:00", "Free", 4],
      ["9:00", "Premium", 2],
    ],
  );

  expect(draw(chart)).toMatchObject({
    xAxis: { data: ["9:00", "10:00"] },
    yAxis: { data: ["Free", "Premium"] },
    visualMap: { min: 0, max: 4 },
    // Of the two colours of this scale, each number has the one that can be read on its cell.
    series: {
      data: [
        { value: [1, 0, 4], label: { color: "#ffffff" } },
        { value: [0, 1, 2], label: { color: "#000000" } },
      ],
    },
  });
  expect(planLegend(chart).scale).toEqual(["0", "4"]);
});

it("an hour of the day that is not over is marked, as a bar and as a cell", () => {
  const bars = makeChart(
    "bar",
    [category("hour"), value("Streams")],
    [
      ["04:00", 9],
      ["05:00", 2],
    ],
    [1],
  );
  const cells = makeChart(
    "heat-map",
    [category("hour"), category("Subscription"), value("Streams")],
    [
      ["04:00", "free", 9],
      ["05:00", "free", 2],
    ],
    [1],
  );

  expect(draw(bars)?.series).toMatchObject([
    { data: [9, { value: 2, itemStyle: { decal: { color: THEME.stripe } } }] },
  ]);
  expect(draw(cells)?.series).toMatchObject({
    data: [
      { value: [0, 0, 9] },
      { value: [1, 0, 2], itemStyle: { borderType: "dashed" } },
    ],
  });
  expect(planLegend(cells).drawnAs).toBe("cell");
});

it("a tooltip names every series, UTC, and what may still change", () => {
  expect(describePoint(pivotChart(activeUsers), 2)).toBe(
    "2026-11-28 14:10 UTC\nActive users: 12\nprovisional: still open",
  );
});

it("data are no markup of a tooltip", () => {
  const chart = makeChart(
    "horizontal-bar",
    [category("song"), value("Streams")],
    [["{bold|Song}", 1]],
  );

  expect(describePoint(pivotChart(chart), 0)).not.toContain("{bold|");
});

it("the legend tells of open windows, in a course and in a sum", () => {
  const sum = makeChart(
    "bar",
    [category("os"), value("Streams")],
    [["iOS", 1]],
    [0],
  );

  expect(planLegend(activeUsers)).toEqual({
    series: [],
    drawnAs: "line",
    provisional: "provisional: still open",
  });
  expect(planLegend(sum).provisional).toBe(
    "holds windows that are still open: provisional",
  );
  expect(planLegend({ ...sum, provisional: [false] })).toEqual({
    series: [],
    drawnAs: "bar",
  });
});

test.for([
  ["animates", true],
  ["stands still where people want less motion", false],
] as const)("a chart %s", ([, animates]) => {
  expect(buildOption(activeUsers, { ...context, animates })).toMatchObject({
    animation: animates,
  });
});

it("a period is empty when no chart has a number but 0, which the pipeline never is", () => {
  const answer = {
    dashboard: "devices",
    title: "Devices",
    period: "1h",
    from: TIMES[0] ?? "",
    until: TIMES[2] ?? "",
    bucketSeconds: 300,
    newestPlayAt: null,
  } as const;
  const zeros = makeChart(
    "bar",
    [TIME, value("Streams")],
    [[TIMES[0] ?? "", 0]],
  );
  const nulls = makeChart(
    "line",
    [TIME, value("Rate", "share")],
    [[TIMES[0] ?? "", null]],
  );

  expect(isEmptyAnswer({ ...answer, charts: [zeros, nulls] })).toBe(true);
  expect(isEmptyAnswer({ ...answer, charts: [zeros, activeUsers] })).toBe(
    false,
  );
  expect(
    isEmptyAnswer({ ...answer, dashboard: "pipeline", charts: [zeros] }),
  ).toBe(false);
});
