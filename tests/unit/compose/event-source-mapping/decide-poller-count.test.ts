import { expect, test } from "vitest";
import { decidePollerCount } from "#compose/event-source-mapping/decide-poller-count.ts";

const LOAD = {
  current: 2,
  minimum: 1,
  maximum: 4,
  partitions: 8,
  maximumLag: 500,
  lagToGrow: 1000,
};

test.each([
  ["stay while the lag is small", {}, 2],
  ["become one more while a partition is far behind", { maximumLag: 1001 }, 3],
  ["become one fewer when nothing is behind", { maximumLag: 0 }, 1],
  ["never become fewer than the minimum", { maximumLag: 0, current: 1 }, 1],
  [
    "become as many again as the minimum, however small the lag",
    { maximumLag: 0, minimum: 3 },
    3,
  ],
  [
    "stay below the minimum where there are no partitions for more",
    { maximumLag: 0, minimum: 3, partitions: 2 },
    2,
  ],
  ["never become more than the maximum", { maximumLag: 5000, current: 4 }, 4],
  [
    "never become more than the partitions",
    { maximumLag: 5000, partitions: 2 },
    2,
  ],
  [
    "become fewer when partitions have gone to another process",
    { maximumLag: 5000, partitions: 1 },
    1,
  ],
  ["stay while no partition is known", { maximumLag: 0, partitions: 0 }, 2],
])("pollers %s", (_, changes, expected) => {
  expect(decidePollerCount({ ...LOAD, ...changes })).toBe(expected);
});
