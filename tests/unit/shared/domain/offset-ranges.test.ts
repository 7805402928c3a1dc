import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  containsOffset,
  formatOffsetRanges,
  parseOffsetRanges,
  toOffsetRanges,
} from "#shared/domain/offset-ranges.ts";

const offsets = fc.array(fc.nat({ max: 60 }), { maxLength: 40 });

describe("ranges of offsets", () => {
  test("join neighbours and keep gaps", () => {
    expect(toOffsetRanges([7, 3, 1, 2, 3])).toEqual([
      { from: 1, to: 4 },
      { from: 7, to: 8 },
    ]);
    expect(toOffsetRanges([])).toEqual([]);
  });

  test("hold exactly the offsets they were made of", () => {
    fc.assert(
      fc.property(offsets, (given) => {
        const model = new Set(given);
        const ranges = toOffsetRanges(given);
        for (let offset = -1; offset <= 61; offset += 1)
          expect(containsOffset(ranges, offset)).toBe(model.has(offset));
      }),
    );
  });

  test("ascend, and are as few as can be", () => {
    fc.assert(
      fc.property(offsets, (given) => {
        const ranges = toOffsetRanges(given);
        const borders = ranges.flatMap(({ from, to }) => [from, to]);
        // Strictly ascending: two ranges that touch would be one.
        expect(borders).toEqual(
          [...new Set(borders)].sort((one, other) => one - other),
        );
      }),
    );
  });

  test("leave the list they are given as it was", () => {
    const given = [3, 1, 2];

    toOffsetRanges(given);

    expect(given).toEqual([3, 1, 2]);
  });
});

describe("the text of ranges", () => {
  test("is Postgres' own", () => {
    expect(
      formatOffsetRanges([
        { from: 0, to: 10 },
        { from: 12, to: 13 },
      ]),
    ).toBe("{[0,10),[12,13)}");
    expect(formatOffsetRanges([])).toBe("{}");
  });

  test("reads back as the same ranges, also near the largest offset", () => {
    fc.assert(
      fc.property(
        fc.array(fc.maxSafeNat().filter((offset) => offset < 2 ** 53 - 1)),
        (given) => {
          const ranges = toOffsetRanges(given);
          expect(parseOffsetRanges(formatOffsetRanges(ranges))).toEqual(ranges);
        },
      ),
    );
  });
});
