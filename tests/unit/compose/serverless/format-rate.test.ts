import { expect, test } from "vitest";

import { formatRate } from "#compose/serverless/format-rate.ts";
import { parseRate } from "#compose/serverless/parse-rate.ts";

test.each([
  "rate(1 minute)",
  "rate(5 minutes)",
  "rate(1 hour)",
  "rate(2 days)",
])("%s is written as it is read", (text) => {
  const periodMs = parseRate(text, { allowSeconds: false }) ?? 0;

  expect(formatRate(periodMs)).toBe(text);
});

test("a period that EventBridge does not have is refused", () => {
  expect(() => formatRate(1000)).toThrow(RangeError);
});
