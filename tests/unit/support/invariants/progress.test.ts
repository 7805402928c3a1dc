import { expect, test } from "vitest";

import {
  listRegressions,
  type MetricRow,
} from "#tests/support/invariants/progress.ts";

const WINDOW = "revision of minutes 12:00";
const ROW = { window: WINDOW, revision: 1, digest: "a" };
const at = (
  positions: Readonly<Record<string, number>>,
  rows: Readonly<Record<string, MetricRow>> = {},
) => ({
  positions: new Map(Object.entries({ [WINDOW]: 1, ...positions })),
  rows: new Map(Object.entries(rows)),
});

test("what goes on and what is new is no fault", () => {
  const before = at({ watermark: -Infinity, end: 3 }, { row: ROW });
  const after = at(
    { watermark: 5, end: 3, [WINDOW]: 2, other: 1 },
    { row: { ...ROW, revision: 2, digest: "b" }, new: ROW },
  );

  expect(listRegressions(before, after)).toEqual([]);
});

test("a position that goes back, or goes, is a fault", () => {
  expect(
    listRegressions(at({ watermark: 5, end: 3 }), at({ watermark: 4 })),
  ).toEqual(["I5: end is gone", "I5: watermark went back from 5 to 4"]);
});

test.each<[string, Record<string, MetricRow>, string]>([
  [
    "changes without a revision",
    { row: { ...ROW, digest: "b" } },
    "I4: row changed within revision 1",
  ],
  [
    "goes back to an earlier revision",
    { row: { ...ROW, revision: 0 } },
    "I5: row went back from revision 1 to 0",
  ],
  ["goes", {}, "I4: row is gone from a closed window"],
])("a row of a closed window that %s is a fault", (_, rows, fault) => {
  expect(listRegressions(at({}, { row: ROW }), at({}, rows))).toEqual([fault]);
});

test("a row may go with a revision of its window", () => {
  expect(listRegressions(at({}, { row: ROW }), at({ [WINDOW]: 2 }))).toEqual(
    [],
  );
});
