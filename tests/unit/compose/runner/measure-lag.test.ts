import { expect, test } from "vitest";

import { sumLag } from "#compose/runner/measure-lag.ts";

test.each([
  {
    name: "what is not committed yet",
    end: 10,
    start: 0,
    committed: 7,
    lag: 3,
  },
  {
    name: "everything without a commit",
    end: 10,
    start: 0,
    committed: undefined,
    lag: 10,
  },
  {
    name: "not what retention has removed before it was read",
    end: 10,
    start: 6,
    committed: undefined,
    lag: 4,
  },
  {
    name: "not what retention has removed behind the commit",
    end: 10,
    start: 6,
    committed: 2,
    lag: 4,
  },
  {
    name: "nothing for a topic that was made anew behind its group's commits",
    end: 3,
    start: 0,
    committed: 9,
    lag: 0,
  },
])("the lag is $name", ({ end, start, committed, lag }) => {
  const commits = new Map(committed === undefined ? [] : [[0, committed]]);

  expect(sumLag(new Map([[0, end]]), new Map([[0, start]]), commits)).toBe(lag);
});

test("the lag of a topic is that of all its partitions", () => {
  const ends = new Map([
    [0, 10],
    [1, 20],
  ]);
  const starts = new Map([
    [0, 0],
    [1, 0],
  ]);

  expect(
    sumLag(
      ends,
      starts,
      new Map([
        [0, 9],
        [1, 18],
      ]),
    ),
  ).toBe(3);
});
