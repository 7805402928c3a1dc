import { expect, test } from "vitest";

import { parseMemorySize } from "#tests/bench/memory-limit/parse-memory-size.ts";

test.for([
  ["2g", 2 * 1024 ** 3],
  ["1536m", 1536 * 1024 ** 2],
  ["1.5G", 1.5 * 1024 ** 3],
  ["512M", 512 * 1024 ** 2],
] as const)("%s are %d bytes", ([text, bytes]) => {
  expect(parseMemorySize(text)).toBe(bytes);
});

test.for(["", "2", "2t", "g", "-2g", "511m", "0.1g", "2 g", "2gb"])(
  "%j is refused, and the message says what is expected",
  (text) => {
    expect(() => parseMemorySize(text)).toThrow(
      "Expected a size such as 1536m or 2g, at least 512m.",
    );
  },
);
