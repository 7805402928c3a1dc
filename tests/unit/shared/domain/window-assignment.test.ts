import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  aggregatePlays,
  type PartialAggregates,
} from "#shared/domain/aggregate-plays.ts";
import { makePlay } from "#tests/support/rows/make-play.ts";

const SIZES = { hourly: 3_600_000_000n, minutes: 300_000_000n };
const FRONTIERS = {
  minutes: { sizeMicros: 300_000_000, closedUntilMicros: -Infinity },
  hourly: { sizeMicros: 3_600_000_000, closedUntilMicros: -Infinity },
};

test("every play counts in the one window of each size that begins at or before it and ends after it, in any century", () => {
  const report = fc.check(
    isInItsWindows((micros) => micros),
    { numRuns: 2000 },
  );

  expect(fc.defaultReportMessage(report)).toBeUndefined();
});

/** Other rules by which a play's time could be binned. */
test.for([
  ["windows that hold their end, not their start", (micros) => micros - 1],
  ["plays that go to the nearest window", (micros) => micros + 150_000_000],
  [
    "times that lose their microseconds by rounding",
    (micros) => Math.round(micros / 1_000_000) * 1_000_000,
  ],
] satisfies readonly [string, (micros: number) => number][])(
  "the property finds %s",
  ([, change]) => {
    expect(fc.check(isInItsWindows(change), { numRuns: 2000 }).failed).toBe(
      true,
    );
  },
);

/** Borders of windows, and any times, by how many microseconds they are off. */
const time = fc
  .tuple(
    fc.integer({ min: -90 * 12, max: 150 * 12 }),
    fc.oneof(
      fc.constantFrom(-1, 0, 1),
      fc.integer({ min: -150_000_000, max: 150_000_000 }),
    ),
  )
  // About a month and a third of a window of minutes each.
  .map(
    ([months, micros]) => BigInt(months) * 2_630_100_000_000n + BigInt(micros),
  )
  .chain((near) =>
    fc
      .boolean()
      .map((isAtBorder) =>
        isAtBorder ? near - modulo(near, SIZES.minutes) : near,
      ),
  );

function isInItsWindows(change: (micros: number) => number) {
  return fc.property(
    fc.array(time, { minLength: 1, maxLength: 12 }),
    (times) => {
      const plays = times.map((micros, ordinal) => ({
        ordinal,
        partition: 0,
        offset: ordinal,
        isFuture: false,
        event: {
          ...makePlay({ id: ordinal }),
          timestampMicros: change(Number(micros)),
        },
      }));

      expect(listWindows(aggregatePlays(plays, FRONTIERS))).toEqual(
        countByWindow(times),
      );
    },
  );
}

function listWindows({
  minutes,
  hourly,
}: PartialAggregates): [string, number][] {
  return sort(
    Object.entries({ minutes, hourly }).flatMap(([kind, windows]) =>
      [...windows].map(([startMicros, { streamCount }]): [string, number] => [
        `${kind} ${startMicros}`,
        streamCount,
      ]),
    ),
  );
}

function countByWindow(times: readonly bigint[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const [kind, size] of Object.entries(SIZES))
    for (const micros of times) {
      const key = `${kind} ${micros - modulo(micros, size)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return sort([...counts]);
}

const sort = (counts: [string, number][]): [string, number][] =>
  counts.toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Never negative, unlike `%`. */
const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;
