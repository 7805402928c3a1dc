import { expect, test } from "vitest";

import { youngGenerationMb } from "#compose/invokers/in-process/collector.ts";

test("a function whose events are small has a small young generation", () => {
  expect(youngGenerationMb(1)).toBe(12);
  expect(youngGenerationMb(800)).toBe(12);
});

test("a function with large batches has room for all that a batch leaves behind", () => {
  expect(youngGenerationMb(5000)).toBe(72);
  expect(youngGenerationMb(10_000)).toBe(144);
});
