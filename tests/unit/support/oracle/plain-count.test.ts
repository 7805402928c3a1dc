import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { expectTables } from "#tests/support/oracle/expect-tables.ts";

import { countByHand } from "./count-by-hand.ts";
import { compareAll, recordPlay, SECOND_TICKS } from "./counted-plays.ts";
import { makeCatalogue, NEW_YEAR_US } from "./make-records.ts";

describe("expectTables beside a plain count", () => {
  it("agrees with the plain count for any plays", async () => {
    const play = fc.record({
      fate: fc.constantFrom("accepted" as const, "late" as const),
      microBatch: fc.nat({ max: 3 }),
      userId: fc.integer({ min: 1, max: 3 }),
      songId: fc.integer({ min: 1, max: 3 }),
      locationId: fc.integer({ min: 1, max: 3 }),
      writtenTicks: fc.bigInt({ min: 0n, max: 660n * SECOND_TICKS }),
      offsetMinutes: fc.constant(0),
      durationSeconds: fc.nat({ max: 2_147_483_647 }),
      isSkipped: fc.boolean(),
      isLiked: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(play, { maxLength: 60 }), async (plays) => {
        const records = [...makeCatalogue(), ...plays.map(recordPlay)];
        const counted = countByHand(plays, NEW_YEAR_US);
        expect(compareAll(counted, await expectTables(records))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
