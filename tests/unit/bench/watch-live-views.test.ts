import { expect, test } from "vitest";

import { listSlowViews } from "#tests/bench/watch-live-views.ts";

test("a view that takes as long as the limit is named, a faster one is not", () => {
  expect(listSlowViews({ hourly: 149, device: 150, location: 9 }, 150)).toEqual(
    ["device took 150 ms, expected under 150"],
  );
});
