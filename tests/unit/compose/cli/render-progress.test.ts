import { expect, test } from "vitest";

import { renderProgress } from "#compose/cli/render-progress.ts";

test.each([
  [0, 4, `${"░".repeat(30)} 0 of 4`],
  [1, 3, `${"█".repeat(10)}${"░".repeat(20)} 1 of 3`],
  [4, 4, `${"█".repeat(30)} 4 of 4`],
  [0, 0, `${"█".repeat(30)} 0 of 0`],
])("%i of %i", (done, total, bar) => {
  expect(renderProgress("Windows", done, total)).toBe(`Windows ${bar}`);
});
