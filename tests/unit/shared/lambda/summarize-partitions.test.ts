import { expect, test } from "vitest";

import { summarizePartitions } from "#shared/lambda/summarize-partitions.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const recordAt = (partition: number, offset: number) =>
  makeRecord({ id: 1, partition, offset });

test("partitions are summed up, each once, however their records alternate", () => {
  expect(
    summarizePartitions([
      recordAt(0, 7),
      recordAt(1, 3),
      { ...recordAt(1, 20), topic: "users" },
      recordAt(0, 5),
      recordAt(0, 6),
      recordAt(1, 4),
    ]),
  ).toEqual([
    { partition: "stream-events-0", first: 5, last: 7, records: 3 },
    { partition: "stream-events-1", first: 3, last: 4, records: 2 },
    { partition: "users-1", first: 20, last: 20, records: 1 },
  ]);
});

test("no record is no partition", () => {
  expect(summarizePartitions([])).toEqual([]);
});
