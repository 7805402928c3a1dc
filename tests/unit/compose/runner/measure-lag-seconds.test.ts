import { expect, test } from "vitest";

import { measureLagSeconds } from "#compose/runner/read-status.ts";

const NEWEST = [
  { topic: "plays", partition: 0, age_seconds: 5 },
  { topic: "plays", partition: 1, age_seconds: 90 },
  { topic: "plays", partition: 2, age_seconds: 7 },
  { topic: "users", partition: 0, age_seconds: 86_400 },
];

test.each([
  {
    name: "that of the partition furthest behind, whatever caught-up ones and other topics say",
    partitionsBehind: [0, 2],
    lagSeconds: 7,
  },
  { name: "zero without lag", partitionsBehind: [], lagSeconds: 0 },
  {
    name: "unknown before the first record of such a partition",
    partitionsBehind: [3],
    lagSeconds: null,
  },
])("the lag in seconds is $name", ({ partitionsBehind, lagSeconds }) => {
  const progress = {
    topic: "plays",
    consumerGroup: "group",
    endOffsetSum: 100,
    lag: partitionsBehind.length,
    partitionsBehind,
  };

  expect(measureLagSeconds(progress, NEWEST)).toBe(lagSeconds);
});
