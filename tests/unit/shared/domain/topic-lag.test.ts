import { expect, test } from "vitest";

import {
  measureLagSeconds,
  measureTopicLag,
} from "#shared/domain/topic-lag.ts";

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

  expect(
    measureTopicLag({
      ends: new Map([[0, end]]),
      starts: new Map([[0, start]]),
      committed: commits,
    }),
  ).toEqual({ records: lag, partitionsBehind: lag === 0 ? [] : [0] });
});

test("the lag of a topic is that of all its partitions", () => {
  expect(
    measureTopicLag({
      ends: new Map([
        [0, 10],
        [1, 20],
        [2, 30],
      ]),
      starts: new Map(),
      committed: new Map([
        [0, 9],
        [1, 20],
        [2, 28],
      ]),
    }),
  ).toEqual({ records: 3, partitionsBehind: [0, 2] });
});

test.each([
  {
    name: "that of the partition furthest behind, whatever caught-up ones and other topics say",
    partitionsBehind: [0, 2],
    lagSeconds: 7,
  },
  { name: "zero without lag", partitionsBehind: [], lagSeconds: 0 },
  {
    name: "unknown before the first record of such a partition",
    partitionsBehind: [3],
    lagSeconds: null,
  },
])("the lag in seconds is $name", ({ partitionsBehind, lagSeconds }) => {
  expect(
    measureLagSeconds("plays", { partitionsBehind }, [
      { topic: "plays", partition: 0, ageSeconds: 5 },
      { topic: "plays", partition: 1, ageSeconds: 90 },
      { topic: "plays", partition: 2, ageSeconds: 7 },
      { topic: "users", partition: 0, ageSeconds: 86_400 },
    ]),
  ).toBe(lagSeconds);
});
