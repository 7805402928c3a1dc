import { array, assert, integer, property } from "fast-check";
import { expect, test } from "vitest";

import {
  LONGEST_CATCH_UP_MS,
  planInvocation,
} from "#compose/scheduler/plan-invocations.ts";

test("whatever the clock does, the stretches cover the time without a gap and without an overlap", () => {
  const steps = array(integer({ min: -5000, max: 200_000 }), {
    maxLength: 40,
  });
  assert(
    property(steps, integer({ min: 1, max: 300 }), (stepsMs, periodSeconds) => {
      const periodMs = periodSeconds * 1000;
      let nowMs = periodMs * 1000;
      let doneUntilMs = nowMs;
      for (const stepMs of stepsMs) {
        nowMs += stepMs;
        for (
          let stretch = planInvocation(doneUntilMs, nowMs, periodMs);
          stretch;
        ) {
          expect(stretch.fromMs).toBe(doneUntilMs);
          expect(stretch.toMs).toBeGreaterThan(stretch.fromMs);
          expect(stretch.toMs).toBeLessThanOrEqual(nowMs);
          expect((stretch.toMs - stretch.fromMs) % periodMs).toBe(0);
          expect(stretch.toMs - stretch.fromMs).toBeLessThanOrEqual(
            Math.max(periodMs, LONGEST_CATCH_UP_MS),
          );
          doneUntilMs = stretch.toMs;
          stretch = planInvocation(doneUntilMs, nowMs, periodMs);
        }
        expect(nowMs - doneUntilMs).toBeLessThan(periodMs);
      }
    }),
  );
});
