import { expect, test } from "vitest";

import { listShortfalls, takeMedian } from "#tests/bench/compare-runs.ts";

const run = (enforced: number, bare = 0.2) => ({
  ratio_to_enforced_copy: enforced,
  ratio_to_bare_copy: bare,
});

test.for([
  [[2], 2],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2],
  [[1, 1, 9], 1],
] as const)("of the ratios %j the median is %d", ([ratios, median]) => {
  expect(takeMedian(ratios.map((ratio) => run(ratio)))).toEqual(run(median));
});

test("no run has no median", () => {
  expect(() => takeMedian([])).toThrow("There was no run.");
});

test("what reaches the baseline falls short of nothing, what is below is named", () => {
  expect(listShortfalls(run(2, 0.2), run(2, 0.2))).toEqual([]);
  expect(listShortfalls(run(1.99, 0.3), run(2, 0.2))).toEqual([
    "ratio_to_enforced_copy is 1.99, expected 2",
  ]);
  expect(listShortfalls(run(3, 0.19), run(2, 0.2))).toEqual([
    "ratio_to_bare_copy is 0.19, expected 0.2",
  ]);
});
