import { expect, test } from "vitest";

import { selectFamily } from "#tests/bench/read-processes.ts";

const PROCESSES = [
  // A worker that is listed before the one who started it.
  { pid: 4, parent: 3, ticks: 40 },
  { pid: 1, parent: 0, ticks: 10 },
  { pid: 2, parent: 1, ticks: 20 },
  { pid: 3, parent: 2, ticks: 30 },
  { pid: 5, parent: 1, ticks: 50 },
];

test("a process is measured with its children and theirs, and with nobody else", () => {
  const pids = selectFamily(PROCESSES, 2).map(({ pid }) => pid);

  expect(pids).toEqual([2, 3, 4]);
});

test("a process that has ended has no family", () => {
  expect(selectFamily(PROCESSES, 99)).toEqual([]);
});
