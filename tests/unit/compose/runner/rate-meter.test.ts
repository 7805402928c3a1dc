import { expect, test } from "vitest";

import { createRateMeter } from "#compose/runner/rate-meter.ts";
import { DRAINED } from "./fakes.ts";

function statusAt(seconds: number, handled: number) {
  return {
    ...DRAINED,
    readAt: new Date(seconds * 1000).toISOString(),
    plays: { ...DRAINED.plays, handled },
  };
}

test("the first reading has no rate", () => {
  expect(createRateMeter().measure(statusAt(0, 50))).toBeUndefined();
});

test("the rate is that of the last ten seconds", () => {
  const meter = createRateMeter();
  meter.measure(statusAt(0, 0));

  expect(meter.measure(statusAt(5, 100))).toBe(20);
  expect(meter.measure(statusAt(10, 1100))).toBe(110);
  expect(meter.measure(statusAt(15, 1100))).toBe(100);
  expect(meter.measure(statusAt(20, 1100))).toBe(0);
});
