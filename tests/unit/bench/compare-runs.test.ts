import { expect, test } from "vitest";

import { SPARK_JOBS } from "#tests/bench/spark/jobs.ts";
import baseline from "#tests/bench/baseline.json" with { type: "json" };
import { listShortfalls, takeMedian } from "#tests/bench/compare-runs.ts";

const run = (enforced: number | null, seconds = 10) => ({
  seconds,
  ratio_to_enforced_copy: enforced,
});

test.for([
  [[2], 2],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2],
  [[1, 1, 9], 1],
] as const)("of the ratios %j the median is %d", ([ratios, median]) => {
  expect(takeMedian(ratios.map((ratio) => run(ratio)))).toEqual(run(median));
});

test("where nothing was copied, the run in the middle is the one by its time", () => {
  expect(takeMedian([run(null, 30), run(null, 10), run(null, 20)])).toEqual(
    run(null, 20),
  );
  expect(takeMedian([run(null, 10), run(null, 20)])).toEqual(run(null, 20));
});

test("no run has no median", () => {
  expect(() => takeMedian([])).toThrow("There was no run.");
});

test("what reaches the baseline falls short of nothing", () => {
  expect(listShortfalls(baseline, baseline)).toEqual([]);
});

test.for(Object.entries(baseline))(
  "a %s just below its floor of %d is named, and no other",
  ([name, floor]) => {
    const ratio = floor - 0.01;

    expect(listShortfalls({ ...baseline, [name]: ratio }, baseline)).toEqual([
      `${name} is ${ratio}, expected ${floor}`,
    ]);
  },
);

test.for(SPARK_JOBS)("the baseline has a floor for %s", (job) => {
  expect(baseline).toHaveProperty(
    `ratio_to_${job.replaceAll("-", "_")}`,
    expect.any(Number),
  );
});

test("a ratio that was not measured is not judged", () => {
  expect(
    listShortfalls(
      { ratio_to_enforced_copy: null, ratio_to_bare_copy: null },
      baseline,
    ),
  ).toEqual([]);
});
