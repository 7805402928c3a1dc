import { expect, test } from "vitest";

import { planReplay } from "#compose/replay/plan-replay.ts";

test.each([
  { what: "goes back to the target", target: 40, committed: 70, to: 40 },
  {
    what: "never goes forward: records would be left out",
    target: 90,
    committed: 70,
    to: 70,
  },
  {
    what: "begins no earlier than the topic does",
    target: 5,
    committed: 70,
    to: 10,
  },
  {
    what: "leaves a group that retention has overtaken where it is",
    target: 40,
    committed: 3,
    to: 3,
  },
  {
    what: "leaves a partition without a target where it is",
    target: undefined,
    committed: 70,
    to: 70,
  },
  {
    what: "leaves a partition without a commit to its mapping",
    target: 40,
    committed: undefined,
    to: null,
  },
])("a replay $what", ({ target, committed, to }) => {
  expect(planReplay(at(target), at(committed), at(10))).toEqual([
    { partition: 4, from: committed ?? null, to },
  ]);
});

test("partitions come in their order", () => {
  const offsets = new Map([
    [10, 1],
    [2, 1],
  ]);

  expect(
    planReplay(offsets, offsets, offsets).map(({ partition }) => partition),
  ).toEqual([2, 10]);
});

function at(offset: number | undefined): ReadonlyMap<number, number> {
  return new Map(offset === undefined ? [] : [[4, offset]]);
}
