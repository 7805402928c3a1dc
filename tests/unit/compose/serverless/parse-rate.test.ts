import { expect, test } from "vitest";

import { parseRate } from "#compose/serverless/parse-rate.ts";

test.each([
  ["rate(1 minute)", 60_000],
  ["rate(5 minutes)", 300_000],
  ["rate(1 hour)", 3_600_000],
  ["rate(2 days)", 172_800_000],
])("%s is %i ms", (text, periodMs) => {
  expect(parseRate(text, { allowSeconds: false })).toBe(periodMs);
});

test.each([
  "rate(1 minutes)",
  "rate(2 minute)",
  "rate(0 minutes)",
  "rate(1 second)",
  "rate(1.5 hours)",
  "1 minute",
  "cron(* * * * ? *)",
])("%s is refused", (text) => {
  expect(parseRate(text, { allowSeconds: false })).toBeUndefined();
});

test("seconds are read where they are allowed", () => {
  expect(parseRate("rate(2 seconds)", { allowSeconds: true })).toBe(2000);
});
