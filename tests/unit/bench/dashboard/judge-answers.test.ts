import { expect, test } from "vitest";

import { judgeAnswers } from "#tests/bench/dashboard/judge-answers.ts";

const ANSWER = {
  dashboard: "devices",
  period: "24h",
  first_ms: 900,
  p50_ms: 149,
  max_ms: 400,
  unchanged_ms: 1,
  size: 1000,
};

test("an answer whose median is at the limit is too slow, one below it is not, whatever its first and longest", () => {
  expect(judgeAnswers([ANSWER])).toEqual([]);
  expect(judgeAnswers([ANSWER, { ...ANSWER, p50_ms: 150 }])).toEqual([
    "devices of 24h took 150 ms, expected under 150",
  ]);
});
