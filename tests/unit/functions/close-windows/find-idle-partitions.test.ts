import { expect, test } from "vitest";

import { findIdlePartitions } from "#functions/close-windows/find-idle-partitions.ts";
import type { PartitionProgress } from "#shared/ports/window-store.ts";

/** Quiet, and everything up to offset 10 is handled. */
const PROGRESS: PartitionProgress = {
  partition: 0,
  incarnation: 1,
  nextOffset: 10,
  isIdle: false,
  isQuiet: true,
};

test.for([
  ["is quiet and has handled everything", {}, 10, undefined, true],
  ["is quiet with a backlog", {}, 11, undefined, false],
  ["handled a record lately", { isQuiet: false }, 10, undefined, false],
  ["is idle already", { isIdle: true }, 10, undefined, false],
  ["is empty", { nextOffset: 0 }, 0, undefined, true],
  ["is behind by the ledger, but committed to its end", {}, 11, 11, true],
  ["is committed to less than its end", {}, 12, 11, false],
  ["has handled more than is committed", {}, 10, 3, true],
  ["is gone from the topic", {}, undefined, undefined, true],
  ["is ahead of the end it was told", {}, 9, undefined, true],
] as const)(
  "a partition that %s: idle?",
  ([, traits, end, committed, isIdle]) => {
    const progress = { ...PROGRESS, ...traits };

    const found = findIdlePartitions(
      [progress],
      new Map(end === undefined ? [] : [[0, end]]),
      new Map(committed === undefined ? [] : [[0, committed]]),
    );

    expect(found).toEqual(isIdle ? [progress] : []);
  },
);

test("each partition is judged by its own offsets", () => {
  const found = findIdlePartitions(
    [PROGRESS, { ...PROGRESS, partition: 1 }, { ...PROGRESS, partition: 2 }],
    new Map([
      [0, 11],
      [1, 10],
      [2, 12],
    ]),
    new Map([[2, 12]]),
  );

  expect(found.map(({ partition }) => partition)).toEqual([1, 2]);
});
