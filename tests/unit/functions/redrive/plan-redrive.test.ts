import { expect, test } from "vitest";

import { planRedrive } from "#functions/redrive/plan-redrive.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const RECORD = makeRecord({ id: 1 });

test.each([
  ["a play is sent again", "stream-events", 1, "send"],
  ["a dimension's version is applied in its own place", "albums", 1, "apply"],
  ["what has no way back is left", "dead-letter-queue", 1, "leave"],
  ["the last attempt is still made", "stream-events", 4, "send"],
  ["what was tried often enough is buried", "stream-events", 5, "bury"],
])("%s", (_, topic, attempt, plan) => {
  expect(planRedrive({ attempt, record: { ...RECORD, topic } }, 5)).toBe(plan);
});
