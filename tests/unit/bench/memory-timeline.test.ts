import { expect, test } from "vitest";

import {
  listPeaksByTenth,
  measureGrowth,
} from "#tests/bench/memory-timeline.ts";

const MB = 1024;

/** A sample each second from 5 s on. */
const timeline = (...nodeMb: number[]) =>
  nodeMb.map((mb, second) => ({
    atMs: 5000 + second * 1000,
    residentKb: { node: mb * MB, kafka: 300 * MB },
  }));

test("each tenth has the peak of the samples in it, and the last one also the last sample", () => {
  const peaks = listPeaksByTenth(
    timeline(
      10,
      11,
      20,
      21,
      30,
      29,
      40,
      41,
      50,
      51,
      60,
      61,
      70,
      71,
      80,
      81,
      90,
      91,
      100,
      101,
      99,
    ),
  );

  expect(peaks).toEqual({
    node: [11, 21, 30, 41, 51, 61, 71, 81, 91, 101],
    kafka: Array.from({ length: 10 }, () => 300),
  });
});

test("a tenth without a sample has no peak", () => {
  expect(listPeaksByTenth(timeline(10, 20, 30))["node"]).toEqual([
    10,
    null,
    null,
    null,
    null,
    20,
    null,
    null,
    null,
    30,
  ]);
});

test("a single sample is in the first tenth", () => {
  expect(listPeaksByTenth(timeline(10))["node"]?.slice(0, 2)).toEqual([
    10,
    null,
  ]);
});

test("no sample has no parts", () => {
  expect(listPeaksByTenth([])).toEqual({});
});

test("memory that goes up and down as it did before has not grown", () => {
  expect(
    measureGrowth([400, 900, 500, 800, 600, 900, 500, 850, 900, 400]),
  ).toBe(0);
});

test("a leak shows as growth", () => {
  expect(
    measureGrowth([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]),
  ).toBe(500);
});

test("without a sample in one half nothing is known of growth", () => {
  expect(measureGrowth([100, 200, null, null, null])).toBeNull();
  expect(measureGrowth([])).toBeNull();
});
