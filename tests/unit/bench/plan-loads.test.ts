import { expect, test } from "vitest";

import { planLoads } from "#tests/bench/plan-loads.ts";

const STEADY = { playsPerSecond: 1000, seconds: 60, speed: 60 };

test("plays that come before end where the steady ones begin, at the same pace of event time", () => {
  const { preload, steady } = planLoads({
    ...STEADY,
    preloadedPlays: 3_600_000,
  });

  expect(steady).toMatchObject({
    from: "2026-03-01T00:00:00.000Z",
    to: "2026-03-01T01:00:00.000Z",
    count: 60_000,
  });
  expect(preload).toMatchObject({
    from: "2026-02-26T12:00:00.000Z",
    to: steady.from,
    count: 3_600_000,
  });
});

test("without plays before, there is the steady load alone", () => {
  expect(planLoads({ ...STEADY, preloadedPlays: 0 }).preload).toBeUndefined();
});
