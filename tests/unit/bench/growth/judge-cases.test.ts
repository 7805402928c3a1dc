import { expect, test } from "vitest";

import {
  listShortfalls,
  takeRatio,
  type CaseResult,
} from "#tests/bench/growth/judge-cases.ts";
import { renderResults } from "#tests/bench/growth/render-results.ts";
import { takeMedian } from "#tests/bench/growth/take-median.ts";

const result = (value: number): CaseResult => ({
  name: "random-ids",
  unit: "ratio",
  value,
  floor: 0.5,
  measured: 10_000,
  base: 20_000,
  details: null,
});

test("what reaches its floor falls short of nothing, what is below is named", () => {
  expect(listShortfalls([result(0.5), result(1.2)])).toEqual([]);
  expect(listShortfalls([result(0.499), result(0.6)])).toEqual([
    "random-ids is 0.499, expected 0.5",
  ]);
  expect(
    listShortfalls([
      {
        ...result(1999),
        name: "small-batches",
        unit: "plays/s",
        floor: 2000,
        base: null,
      },
    ]),
  ).toEqual(["small-batches is 1999 plays/s, expected 2000"]);
});

test("what is no number falls short", () => {
  expect(listShortfalls([result(Number.NaN)])).toHaveLength(1);
});

test("a ratio is not rounded up to its floor", () => {
  expect(takeRatio(4_999_999, 10_000_000)).toBe(0.499);
  expect(takeRatio(3, 2)).toBe(1.5);
});

test("a shortfall is seen in the table", () => {
  expect(renderResults([result(0.4)])).toMatch(/random-ids.*0\.400.*BELOW/);
  expect(renderResults([result(0.6)])).not.toContain("BELOW");
});

test.for([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2],
  [[7], 7],
] as const)("of %j the median is %d", ([numbers, median]) => {
  expect(takeMedian(numbers)).toBe(median);
});

test("nothing has no median", () => {
  expect(() => takeMedian([])).toThrow("Nothing was measured.");
});
