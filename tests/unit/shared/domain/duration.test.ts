import { expect, test } from "vitest";

import { parseDuration } from "#shared/domain/duration.ts";

test.for([
  ["500ms", 500],
  ["30s", 30_000],
  ["1.5m", 90_000],
  ["1h", 3_600_000],
  ["3d", 259_200_000],
  [" 1s ", 1000],
  ["0s", 0],
] as const)("%s is %i milliseconds", ([text, milliseconds]) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.for(["", "10", "m", "-1s", "1 s", "1w", "1s1s", "1e3s", "Infinitys"])(
  "%j is no duration",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
