import { expect, it, test } from "vitest";

import { describeOpen } from "#functions/dashboard/page/charts/describe-open.ts";
import type { Column } from "#shared/domain/dashboards/answer.ts";
import { category, makeChart, TIME, value } from "./charts.ts";

const DEVICE: Column = { ...category("device"), role: "series" };
const TIMES = ["00", "05", "10", "15"].map(
  (minute) => `2026-11-28T14:${minute}:00Z`,
);
const ranks = makeChart(
  "horizontal-bar",
  [category("song"), value("Streams")],
  [["Song", 9]],
);
const course = (provisionalRows: readonly number[]) =>
  makeChart(
    "line",
    [TIME, value("Rate", "share")],
    TIMES.map((time) => [time, null]),
    provisionalRows,
  );

test.for([
  [[], 300, ""],
  [[3], 300, "The newest window is still open; what includes it still grows."],
  [
    [2, 3],
    300,
    "The newest 2 windows are still open; what includes them still grows.",
  ],
  [[3], 3600, "The newest hour is still open; what includes it still grows."],
  [
    [2, 3],
    3600,
    "The newest 2 hours are still open; what includes them still grows.",
  ],
  // A window may be opened again by a late play.
  [[1, 3], 300, "2 windows are still open; what includes them still grows."],
  [[1], 300, "1 window is still open; what includes it still grows."],
] as const)(
  "with the open buckets %j of %d s the page says: %s",
  ([open, bucketSeconds, text]) => {
    const charts = [ranks, course(open)];

    expect(describeOpen({ bucketSeconds, charts })).toBe(text);
  },
);

it("a bucket of several series is counted once", () => {
  const usage = makeChart(
    "stacked-bar",
    [TIME, DEVICE, value("Streams")],
    TIMES.flatMap((time) => [
      [time, "car", 1],
      [time, "phone", 2],
    ]),
    [6, 7],
  );

  expect(describeOpen({ bucketSeconds: 300, charts: [usage] })).toBe(
    "The newest window is still open; what includes it still grows.",
  );
});

it("tables of times and answers without a course tell of no open window", () => {
  const table = makeChart(
    "table",
    [TIME, value("Late")],
    [[TIMES[0] ?? "", 1]],
    [0],
  );

  expect(describeOpen({ bucketSeconds: 300, charts: [table, ranks] })).toBe("");
});
