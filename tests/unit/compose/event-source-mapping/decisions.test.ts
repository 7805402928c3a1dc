import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { committableOffset } from "#compose/event-source-mapping/committable-offset.ts";
import { toOffset } from "#compose/event-source-mapping/consumer-session.ts";
import { resolvePosition } from "#compose/event-source-mapping/resolve-position.ts";
import {
  backoffMs,
  mayRetry,
} from "#compose/event-source-mapping/retry-decision.ts";

describe("the offset to commit", () => {
  test("is what was handled, once it is beyond what is committed", () => {
    expect(committableOffset({ handled: 10, committed: 5, fetched: 20 })).toBe(
      10,
    );
    expect(
      committableOffset({ handled: 10, committed: 10, fetched: 20 }),
    ).toBeNull();
    expect(
      committableOffset({ handled: null, committed: 0, fetched: 20 }),
    ).toBeNull();
  });

  test("waits until this assignment has fetched as far as an earlier one has handled", () => {
    expect(
      committableOffset({ handled: 10, committed: 5, fetched: 9 }),
    ).toBeNull();
    expect(committableOffset({ handled: 10, committed: 5, fetched: 10 })).toBe(
      10,
    );
  });

  test("is never beyond what was handled and never goes back", () => {
    const offset = fc.nat({ max: 50 });
    fc.assert(
      fc.property(
        fc.option(offset),
        offset,
        offset,
        (handled, committed, fetched) => {
          const offsetToCommit = committableOffset({
            handled,
            committed,
            fetched,
          });
          if (offsetToCommit === null) return;
          expect(offsetToCommit).toBe(handled);
          expect(offsetToCommit).toBeGreaterThan(committed);
          expect(offsetToCommit).toBeLessThanOrEqual(fetched);
        },
      ),
    );
  });
});

describe("the position of a partition", () => {
  const range = { low: 100, high: 200 };

  test("is the wanted offset while that exists, the end included", () => {
    expect(resolvePosition(150, 120, range)).toStrictEqual({
      offset: 150,
      isOutOfRange: false,
    });
    expect(resolvePosition(200, 120, range)).toStrictEqual({
      offset: 200,
      isOutOfRange: false,
    });
  });

  test("is the oldest record when the wanted offset is gone or not there yet", () => {
    expect(resolvePosition(99, null, range)).toStrictEqual({
      offset: 100,
      isOutOfRange: true,
    });
    expect(resolvePosition(201, null, range)).toStrictEqual({
      offset: 100,
      isOutOfRange: true,
    });
  });

  test("is the starting offset where nothing is wanted, and else the oldest record", () => {
    expect(resolvePosition(null, 120, range)).toStrictEqual({
      offset: 120,
      isOutOfRange: false,
    });
    expect(resolvePosition(null, null, range)).toStrictEqual({
      offset: 100,
      isOutOfRange: false,
    });
  });
});

function countRetries(
  maximumRetryAttempts: number,
  hasDestination: boolean,
): number {
  const policy = {
    maximumRetryAttempts,
    hasDestination,
    maximumRetriesWithDestination: 10,
  };
  let failedAttempts = 1;
  while (failedAttempts < 1000 && mayRetry(policy, failedAttempts))
    failedAttempts += 1;
  return failedAttempts - 1;
}

describe("a failed batch", () => {
  test("is retried as often as declared, the first attempt apart", () => {
    expect(countRetries(0, false)).toBe(0);
    expect(countRetries(3, true)).toBe(3);
  });

  test("is retried without end unless declared, but at most 10 times with a destination", () => {
    expect(countRetries(-1, false)).toBe(999);
    expect(countRetries(-1, true)).toBe(10);
  });

  test("waits for one second, then twice as long each time, and never over half a minute", () => {
    const limits = { firstBackoffMs: 1000, maximumBackoffMs: 30_000 };

    expect(
      [1, 2, 3, 4, 5, 6, 7, 500].map((failures) => backoffMs(failures, limits)),
    ).toStrictEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });
});

test("an offset beyond 2^53-1 is an error and not rounded", () => {
  expect(toOffset("9007199254740991")).toBe(9007199254740991);
  expect(() => toOffset("9007199254740993")).toThrow(
    /9007199254740993 is beyond 2\^53-1/,
  );
});
