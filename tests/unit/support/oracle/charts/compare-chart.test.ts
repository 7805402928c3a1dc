import { describe, expect, it } from "vitest";

import type { Cell } from "#shared/domain/dashboards/answer.ts";
import {
  BUCKET,
  category,
  STREAMS,
  value,
} from "#shared/domain/dashboards/columns.ts";
import { compareChart } from "#tests/support/oracle/charts/compare-chart.ts";

const COLUMNS = [
  BUCKET,
  category("city", "City"),
  STREAMS,
  value("skip_rate", "Skip rate", "share"),
];
const EXPECTED: readonly (readonly Cell[])[] = [
  ["2026-01-15T12:00:00Z", "Lima", 3, 1 / 3],
  ["2026-01-15T12:05:00Z", "Lima", 0, null],
  ["2026-01-15T12:10:00Z", "Lima", 2, 0],
];
const FIRST: readonly string[] = [
  "2026-01-15T12:00:00Z",
  "Lima",
  "3",
  "0.3333333333333333",
];
const SECOND: readonly string[] = ["2026-01-15T12:05:00Z", "Lima", "0", ""];
const THIRD: readonly string[] = ["2026-01-15T12:10:00Z", "Lima", "2", "0"];

it("a table that holds the expected rows has no difference", () => {
  expect(compareChart(COLUMNS, [FIRST, SECOND, THIRD], EXPECTED)).toEqual([]);
});

it("a rate may differ in its last digits", () => {
  const shown = FIRST.with(3, "0.33333333333333337");

  expect(compareChart(COLUMNS, [shown, SECOND, THIRD], EXPECTED)).toEqual([]);
});

it("an average of counts may differ in its last digits, and a count may not", () => {
  const average = value("streams_per_user", "Streams per user", "count");

  expect(compareChart([average], [["3.0000000000000004"]], [[3]])).toEqual([]);
  expect(compareChart([STREAMS], [["3.0000000000000004"]], [[3]])).toEqual([
    'row 1: streams is "3.0000000000000004", expected "3"',
  ]);
});

describe("a difference is told:", () => {
  it.each([
    ["a wrong count", 2, "4", 'row 1: streams is "4", expected "3"'],
    [
      "a wrong rate",
      3,
      "0.3333333333",
      'row 1: skip_rate is "0.3333333333", expected "0.3333333333333333"',
    ],
    ["no rate", 3, "", 'row 1: skip_rate is "", expected "0.3333333333333333"'],
    [
      "a rate that is no number",
      3,
      "33 %",
      'row 1: skip_rate is "33 %", expected "0.3333333333333333"',
    ],
    ["another name", 1, "lima", 'row 1: city is "lima", expected "Lima"'],
    [
      "another time",
      0,
      "2026-01-15T12:00:01Z",
      'row 1: time is "2026-01-15T12:00:01Z", expected "2026-01-15T12:00:00Z"',
    ],
  ])("%s", (_, column, text, difference) => {
    const shown = FIRST.with(column, text);

    expect(compareChart(COLUMNS, [shown, SECOND, THIRD], EXPECTED)).toEqual([
      difference,
    ]);
  });

  it("a rate of 0 in place of none, and none in place of 0", () => {
    expect(
      compareChart(
        COLUMNS,
        [FIRST, SECOND.with(3, "0"), THIRD.with(3, "")],
        EXPECTED,
      ),
    ).toEqual([
      'row 2: skip_rate is "0", expected ""',
      'row 3: skip_rate is "", expected "0"',
    ]);
  });

  it("a missing row", () => {
    expect(compareChart(COLUMNS, [FIRST, SECOND], EXPECTED)).toEqual([
      "2 rows, expected 3",
      'row 3 is missing: ["2026-01-15T12:10:00Z","Lima",2,0]',
    ]);
  });

  it("a row too many", () => {
    expect(
      compareChart(COLUMNS, [FIRST, SECOND, THIRD, THIRD], EXPECTED),
    ).toEqual([
      "4 rows, expected 3",
      'row 4 is unexpected: ["2026-01-15T12:10:00Z","Lima","2","0"]',
    ]);
  });

  it("two rows swapped", () => {
    expect(compareChart(COLUMNS, [FIRST, THIRD, SECOND], EXPECTED)).toEqual(
      expect.arrayContaining([
        'row 2: time is "2026-01-15T12:10:00Z", expected "2026-01-15T12:05:00Z"',
        'row 3: time is "2026-01-15T12:05:00Z", expected "2026-01-15T12:10:00Z"',
      ]),
    );
  });

  it("a cell too few", () => {
    expect(
      compareChart(COLUMNS, [FIRST.slice(0, 3), SECOND, THIRD], EXPECTED),
    ).toEqual(["row 1 has 3 cells and is expected with 4, for 4 columns"]);
  });
});
