import { expect, test } from "vitest";

import { renderResults } from "#compose/dead-letters/render-results.ts";

const WRITTEN = { isDryRun: false };
const sent = (id: number) => ({ id: String(id), kind: "redriven" }) as const;
const left = (id: number) =>
  ({ id: String(id), kind: "left", why: "it is resolved" }) as const;

test("what became of letters is counted in one line, and each that was left says why", () => {
  expect(
    renderResults(
      [
        left(1),
        sent(2),
        { id: "3", kind: "held" },
        sent(4),
        { id: "5", kind: "replaced" },
        { id: "6", kind: "applied" },
        { id: "7", kind: "superseded" },
        { id: "8", kind: "landed" },
        { id: "9", kind: "buried" },
      ],
      WRITTEN,
    ),
  ).toBe(
    `Of 9 letters: 2 sent again, 1 sent as new versions, 1 applied, 1 superseded by newer versions, 1 facts already, 1 buried, 1 left as they are, 1 held by somebody else at the moment.
  1: it is resolved
  3: held`,
  );
});

test("a dry run says that it was one", () => {
  expect(renderResults([sent(1)], { isDryRun: true })).toBe(
    "Dry run, nothing was written or sent. Of 1 letter: 1 sent again.",
  );
});

test("nothing was done with nothing", () => {
  expect(renderResults([], WRITTEN)).toBe("Of 0 letters: none.");
});

test("of many that were left twenty are named", () => {
  const ids = Array.from({ length: 23 }, (_, index) => index + 1);
  const lines = renderResults(ids.map(left), WRITTEN).split("\n");

  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toBe("  and 3 more: --json names all.");
});
