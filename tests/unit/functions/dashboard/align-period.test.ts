import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  alignPeriod,
  coverWithHours,
} from "#functions/dashboard/align-period.ts";
import { DASHBOARD_NAMES, PERIODS } from "#shared/domain/dashboards/answer.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SIZES = { windowMs: 5 * MINUTE, hourlyMs: HOUR };
const at = (time: string) => Date.parse(`2026-01-15T${time}Z`);

/** The borders of a period, as times of the day. */
function align(
  options: Partial<Parameters<typeof alignPeriod>[0]>,
): readonly [from: string, until: string, bucketMs: number] {
  const { fromMs, untilMs, bucketMs } = alignPeriod({
    dashboard: "devices",
    period: "1h",
    untilMs: undefined,
    nowMs: at("12:34:56.789"),
    ...SIZES,
    ...options,
  });
  return [
    new Date(fromMs).toISOString(),
    new Date(untilMs).toISOString(),
    bucketMs,
  ];
}

describe("a period that ends now", () => {
  test("is an hour of windows, the running one included", () => {
    expect(align({})).toEqual([
      "2026-01-15T11:35:00.000Z",
      "2026-01-15T12:35:00.000Z",
      5 * MINUTE,
    ]);
  });

  test("is a day of hours, the running one included", () => {
    expect(align({ period: "24h" })).toEqual([
      "2026-01-14T13:00:00.000Z",
      "2026-01-15T13:00:00.000Z",
      HOUR,
    ]);
  });

  test("is the running hour and the one before, where hours are shown", () => {
    expect(align({ dashboard: "hourly-trends" })).toEqual([
      "2026-01-15T11:00:00.000Z",
      "2026-01-15T13:00:00.000Z",
      HOUR,
    ]);
  });

  test("begins the next bucket at its border", () => {
    expect(align({ nowMs: at("12:35:00") })[1]).toBe(
      "2026-01-15T12:40:00.000Z",
    );
  });
});

describe("a period with an end", () => {
  test("ends there, where that is the border of a bucket", () => {
    expect(align({ untilMs: at("10:00:00") })).toEqual([
      "2026-01-15T09:00:00.000Z",
      "2026-01-15T10:00:00.000Z",
      5 * MINUTE,
    ]);
  });

  test("includes the bucket that the end lies in", () => {
    expect(align({ untilMs: at("10:00:00.001") })[1]).toBe(
      "2026-01-15T10:05:00.000Z",
    );
    expect(align({ untilMs: at("10:00:00.001"), period: "24h" })[1]).toBe(
      "2026-01-15T11:00:00.000Z",
    );
  });
});

test("windows that do not fill an hour cover it", () => {
  expect(align({ windowMs: 7 * MINUTE, untilMs: 9 * 7 * MINUTE })).toEqual([
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T01:03:00.000Z",
    7 * MINUTE,
  ]);
});

test("a period is whole buckets from the epoch, holds its end, and lies within its hours", () => {
  fc.assert(
    fc.property(
      fc.record({
        dashboard: fc.constantFrom(...DASHBOARD_NAMES),
        period: fc.constantFrom(...PERIODS),
        untilMs: fc.option(fc.integer({ min: 0, max: 7e12 }), {
          nil: undefined,
        }),
        nowMs: fc.integer({ min: 0, max: 7e12 }),
        windowMs: fc.integer({ min: 1, max: 3600 }).map((s) => s * 1000),
        hourlyMs: fc.integer({ min: 1, max: 24 }).map((h) => h * HOUR),
      }),
      (options) => {
        const { fromMs, untilMs, bucketMs } = alignPeriod(options);
        const endMs = options.untilMs ?? options.nowMs;
        const hours = coverWithHours(endMs);

        expect(untilMs % bucketMs).toBe(0);
        expect((untilMs - fromMs) % bucketMs).toBe(0);
        expect(untilMs).toBeGreaterThan(fromMs);
        expect(untilMs - endMs).toBeGreaterThanOrEqual(
          options.untilMs === undefined ? 1 : 0,
        );
        expect(untilMs - endMs).toBeLessThanOrEqual(bucketMs);
        expect(hours.fromMs).toBeLessThanOrEqual(fromMs);
        expect(hours.untilMs).toBeGreaterThanOrEqual(untilMs);
      },
    ),
  );
});
