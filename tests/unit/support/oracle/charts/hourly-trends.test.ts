import { expect, it } from "vitest";

import { expectCharts } from "#tests/support/oracle/charts/expect-charts.ts";
import {
  HOUR_MS,
  makePeriod,
  makePlays,
  makeSource,
  NOON_MS,
} from "./make-chart-source.ts";

const NOON = "2026-01-15T12:00:00Z";
const ONE = "2026-01-15T13:00:00Z";
const TWO = "2026-01-15T14:00:00Z";

it("each hour has counts and rates of its own, and one without plays has zeros and no rates", () => {
  const source = makeSource([
    ...makePlays(1, { userId: 1, songId: 1, isSkipped: true }),
    ...makePlays(2, { userId: 1, songId: 2, listenSeconds: 40 }),
    ...makePlays(1, { userId: 2, songId: 3, listenSeconds: 20, isLiked: true }),
    ...makePlays(2, {
      userId: 1,
      playedAtMs: NOON_MS + 3 * HOUR_MS - 1,
      isLiked: true,
    }),
  ]);
  const period = makePeriod({
    untilMs: NOON_MS + 3 * HOUR_MS,
    bucketMs: HOUR_MS,
  });

  expect(expectCharts("hourly-trends", source, period)).toEqual({
    streams: [
      [NOON, 4],
      [ONE, 0],
      [TWO, 2],
    ],
    "unique-users-and-songs": [
      [NOON, 2, 3],
      [ONE, 0, 0],
      [TWO, 1, 1],
    ],
    rates: [
      [NOON, 0.25, 0.25],
      [ONE, null, null],
      [TWO, 0, 1],
    ],
    "listen-time": [
      [NOON, 50],
      [ONE, null],
      [TWO, 100],
    ],
  });
});
