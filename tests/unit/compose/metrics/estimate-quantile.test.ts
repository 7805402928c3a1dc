import * as fc from "fast-check";
import { expect, test } from "vitest";

import { estimateQuantile } from "#compose/metrics/estimate-quantile.ts";

const toBuckets = (...counts: number[]) =>
  [1, 2, 4, Infinity].map((upTo, index) => ({
    upTo,
    count: counts[index] ?? 0,
  }));

test.each([
  ["within the first bucket, from zero", [10, 10, 10, 10], 0.5, 0.5],
  ["within a later bucket, from its lower bound", [0, 0, 10, 10], 0.5, 3],
  ["at a bucket's upper bound", [5, 10, 10, 10], 0.5, 1],
  ["beyond the last bound, that bound", [0, 0, 0, 10], 0.95, 4],
  ["of one observation", [0, 1, 1, 1], 0.5, 1.5],
] as const)("a quantile lies %s", (_, counts, quantile, expected) => {
  expect(estimateQuantile(toBuckets(...counts), quantile)).toBe(expected);
});

test("nothing observed has no quantile", () => {
  expect(estimateQuantile(toBuckets(0, 0, 0, 0), 0.95)).toBeNull();
  expect(estimateQuantile([], 0.95)).toBeNull();
});

test("the estimate lies in the bucket that holds the exact quantile", () => {
  const bounds = [0.5, 1, 2, 5, Infinity];
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 5, noNaN: true }), {
        minLength: 1,
      }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (durations, quantile) => {
        const sorted = [...durations].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(quantile * sorted.length) - 1] ?? NaN;
        const upper = bounds.find((bound) => exact <= bound) ?? NaN;
        const lower = bounds[bounds.indexOf(upper) - 1] ?? 0;

        const estimate = estimateQuantile(
          bounds.map((upTo) => ({
            upTo,
            count: sorted.filter((duration) => duration <= upTo).length,
          })),
          quantile,
        );

        expect(estimate).toBeGreaterThanOrEqual(lower);
        expect(estimate).toBeLessThanOrEqual(upper);
      },
    ),
  );
});
