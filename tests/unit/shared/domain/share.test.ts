import { expect, test } from "vitest";

import { parseShare } from "#shared/domain/share.ts";

test.for([
  ["1%", 0.01],
  ["0.1%", 0.001],
  ["100%", 1],
  ["0.25", 0.25],
  ["0", 0],
] as const)("%s is a share of %d", ([text, share]) => {
  expect(parseShare(text)).toBeCloseTo(share, 12);
});

test.for(["", "%", "101%", "1.01", "-1%", "1 %", "1e-2", "half"])(
  "%j is no share",
  (text) => {
    expect(parseShare(text)).toBeUndefined();
  },
);
