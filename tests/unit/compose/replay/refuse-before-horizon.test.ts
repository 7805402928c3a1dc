import { expect, test } from "vitest";

import type { PartitionMove } from "#compose/replay/plan-replay.ts";
import {
  refuseOffsetsBefore,
  refuseTimeBefore,
} from "#compose/replay/refuse-before-horizon.ts";

const HORIZON_MS = Date.UTC(2026, 2, 1, 12);

test("a replay from the horizon on is allowed, from a millisecond before it is refused with the horizon and what to do", () => {
  expect(() => refuseTimeBefore(HORIZON_MS, HORIZON_MS)).not.toThrow();
  expect(() => refuseTimeBefore(HORIZON_MS, HORIZON_MS - 1)).toThrow(
    expect.objectContaining({
      code: "before_retention_horizon",
      domain: "user",
      message:
        "No replay can begin at 2026-03-01T11:59:59.999Z. The retention horizon is 2026-03-01T12:00:00Z: what lies before it has been given up. Give --from 2026-03-01T12:00:00Z or later.",
    }),
  );
});

test("where nothing has been given up a replay may begin at any time", () => {
  expect(() => refuseTimeBefore(-Infinity, 0)).not.toThrow();
});

test("a replay whose first record was taken since the horizon is allowed", () => {
  expect(() => refuse({ partition: 4, from: 70, to: 40 })).not.toThrow();
});

test("a partition that stays where it is, or has no commit, is not read again", () => {
  expect(() =>
    refuse(
      { partition: 4, from: 39, to: 39 },
      { partition: 5, from: null, to: null },
    ),
  ).not.toThrow();
});

test("every partition that would begin before the horizon is named, with the first offset that may be read", () => {
  expect(() =>
    refuse(
      { partition: 4, from: 70, to: 39 },
      { partition: 5, from: 70, to: 60 },
      { partition: 6, from: 70, to: 0 },
    ),
  ).toThrow(
    expect.objectContaining({
      code: "before_retention_horizon",
      message: expect.stringContaining(
        ": 39 of partition 4 (there from 40 on), 0 of partition 6 (there from 40 on). ",
      ),
    }),
  );
});

function refuse(...plan: readonly PartitionMove[]): void {
  refuseOffsetsBefore(
    HORIZON_MS,
    plan,
    new Map([
      [4, 40],
      [5, 40],
      [6, 40],
    ]),
  );
}
