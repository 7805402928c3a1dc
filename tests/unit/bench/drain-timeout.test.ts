import { expect, test } from "vitest";

import { planDrainTimeout } from "#tests/bench/drain-timeout.ts";

test.for([
  [1, 100_000],
  [200_000, 100_000],
  [1_000_000, 500_000],
  [10_000_000, 5_000_000],
])("a backlog of %d plays may take %d ms", ([plays, timeoutMs]) => {
  expect(planDrainTimeout(plays ?? 0)).toBe(timeoutMs);
});
