import { expect, test } from "vitest";

import {
  listSlowViews,
  summariseTimes,
} from "#tests/bench/watch-live-views.ts";

test("a view that once took as long as the limit is named with its median, a faster one is not", () => {
  expect(
    listSlowViews(
      {
        hourly: { count: 60, p50: 80, max: 149 },
        device: { count: 60, p50: 20, max: 150 },
      },
      150,
    ),
  ).toEqual([
    "device took 150 ms, expected under 150 (the median of its 60 queries is 20 ms)",
  ]);
});

test.for([
  [[30.4, 10, 20], { count: 3, p50: 20, max: 30 }],
  [[30, 10, 20, 40], { count: 4, p50: 20, max: 40 }],
  [[], { count: 0, p50: 0, max: 0 }],
] as const)("of queries that took %j ms the times are %j", ([took, times]) => {
  expect(summariseTimes(took)).toEqual(times);
});
