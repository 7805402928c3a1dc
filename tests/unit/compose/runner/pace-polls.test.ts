import { expect, test } from "vitest";

import { pacePolls } from "#compose/runner/pace-polls.ts";

test("the first looks follow soon, as nothing is known of the pace", () => {
  const pace = pacePolls();

  expect(pace(0, 1000)).toBe(200);
});

test("half of the rest passes until the next look", () => {
  const pace = pacePolls();
  pace(0, 4000);

  // 1,000 in a second: 3 s are left.
  expect(pace(1000, 3000)).toBe(1500);
});

test("however much is left, one looks every five seconds", () => {
  const pace = pacePolls();
  pace(0, 1_000_000);

  expect(pace(200, 999_999)).toBe(5000);
});

test("near the end, and where nothing is left, one looks soon", () => {
  const pace = pacePolls();
  pace(0, 1000);

  expect(pace(1000, 10)).toBe(200);
  expect(pace(1200, 0)).toBe(200);
});

test.for([1000, 2000])(
  "a backlog that does not shrink (1000, then %i) says nothing: one looks soon",
  (left) => {
    const pace = pacePolls();
    pace(0, 1000);

    expect(pace(1000, left)).toBe(200);
  },
);

test("the end of a backlog of any length is noticed within 200 ms, after few looks", () => {
  for (const perSecond of [10, 1000, 40_000])
    for (const plays of [1, 500, 40_000, 1_000_000]) {
      const pace = pacePolls();
      const endMs = (plays / perSecond) * 1000;
      let nowMs = 0;
      let looks = 0;
      for (;;) {
        const left = Math.max(0, plays - (perSecond * nowMs) / 1000);
        looks += 1;
        if (left === 0) break;
        nowMs += pace(nowMs, left);
      }
      expect(nowMs - endMs).toBeLessThanOrEqual(200);
      expect(looks).toBeLessThanOrEqual(Math.ceil(endMs / 5000) + 40);
    }
});
