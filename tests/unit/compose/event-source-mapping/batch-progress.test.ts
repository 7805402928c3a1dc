import { expect, test } from "vitest";
import { BatchProgress } from "#compose/event-source-mapping/batch-progress.ts";
import { fetchedRecord } from "./fetched-records.ts";

const RECORDS = [4, 5, 7, 8].map((offset) => fetchedRecord(offset));
const part = (...indices: number[]) => ({
  partition: 1,
  records: RECORDS.filter((_, index) => indices.includes(index)),
});

test("a partition advances as far as all of its records have their outcome", () => {
  const progress = new BatchProgress([
    { partition: 1, records: RECORDS, encodedBytes: 0 },
  ]);

  expect(progress.resolve(part(1, 3), "succeeded")).toBeNull();
  expect(progress.countOvertaken()).toMatchObject({ succeeded: 2 });
  expect(progress.resolve(part(0), "dropped")).toStrictEqual({
    nextOffset: 6,
    eventCount: 2,
  });
  expect(progress.countOvertaken()).toStrictEqual({
    succeeded: 1,
    delivered: 0,
    dropped: 0,
    elsewhere: 0,
  });
  expect(progress.resolve(part(2), "delivered")).toStrictEqual({
    nextOffset: 9,
    eventCount: 2,
  });
  expect(progress.countOvertaken()).toMatchObject({ succeeded: 0 });
});

test("a whole slice advances its partition to its end", () => {
  const progress = new BatchProgress([
    { partition: 1, records: RECORDS, encodedBytes: 0 },
  ]);

  expect(progress.resolve(part(0, 1, 2, 3), "succeeded")).toStrictEqual({
    nextOffset: 9,
    eventCount: 4,
  });
});
