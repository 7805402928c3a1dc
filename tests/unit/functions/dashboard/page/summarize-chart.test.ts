import { expect, it } from "vitest";

import { summarizeChart } from "#functions/dashboard/page/charts/summarize-chart.ts";
import { category, makeChart, TIME, value } from "./charts.ts";

const at = (minute: string) => `2026-11-28T14:${minute}:00Z`;

it("a line is its newest value and its highest, and says that the newest may change", () => {
  const chart = makeChart(
    "line",
    [TIME, value("Active users")],
    [
      [at("00"), 30],
      [at("05"), 60],
      [at("10"), 42],
    ],
    [2],
  );

  expect(summarizeChart(chart)).toBe(
    "Chart. Active users: 42 at 14:10 UTC, provisional; highest 60 at 14:05 UTC.",
  );
});

it("what has no value is not the newest value", () => {
  const chart = makeChart(
    "line",
    [TIME, value("Skip rate", "share")],
    [
      [at("00"), 0.25],
      [at("05"), null],
    ],
  );

  expect(summarizeChart(chart)).toBe(
    "Chart. Skip rate: 25.0% at 14:00 UTC; highest 25.0% at 14:00 UTC.",
  );
});

it("bars of names are the most and the least", () => {
  const chart = makeChart(
    "bar",
    [category("country"), value("Streams")],
    [
      ["US", 1200],
      ["DE", 7],
      ["AT", 30],
    ],
  );

  expect(summarizeChart(chart)).toBe(
    "Chart. Streams: most with 1,200 is United States, least of 3 with 7 is Germany.",
  );
});

it("of many series the first three are told, and how many more there are", () => {
  const device = { ...category("device"), role: "series" } as const;
  const chart = makeChart(
    "stacked-bar",
    [TIME, device, value("Streams")],
    ["car", "phone", "tablet", "TV", "desktop"].map((name, index) => [
      at("00"),
      name,
      index,
    ]),
  );

  expect(summarizeChart(chart)).toMatch(
    /^Chart\. car: 0 .* phone: 1 .* tablet: 2 at 14:00 UTC; highest 2 at 14:00 UTC\. 2 more in the table\.$/,
  );
});

it("a heat map is its greatest cell", () => {
  const chart = makeChart(
    "heat-map",
    [category("Hour"), category("Subscription"), value("Streams")],
    [
      ["9", "Free", 3],
      ["10", "Premium", 12],
      ["11", "Free", 5],
    ],
  );

  expect(summarizeChart(chart)).toBe(
    "Chart. Streams: most with 12 at Hour 10 and Subscription Premium.",
  );
});

it("no rows are no data", () => {
  expect(
    summarizeChart(makeChart("line", [TIME, value("Skip rate")], [])),
  ).toBe("Chart. No data in this period.");
});
