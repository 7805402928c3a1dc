import { expect, test } from "vitest";

import { keepReserve } from "#shared/lambda/keep-reserve.ts";
import { timePassing } from "#tests/support/invocation-time.ts";

test.for([60_000, 3000])(
  "of %i ms, work may begin until a quarter is left",
  (totalMs) => {
    const hasTime = keepReserve(
      timePassing(totalMs, totalMs / 2, totalMs / 4 + 1, totalMs / 4, 0),
    );

    expect([hasTime(), hasTime(), hasTime(), hasTime()]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  },
);
