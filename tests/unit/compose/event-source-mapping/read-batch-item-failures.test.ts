import { expect, test } from "vitest";
import { readBatchItemFailures } from "#compose/event-source-mapping/read-batch-item-failures.ts";
import { fetchedRecord } from "./fetched-records.ts";

const SLICES = [
  { partition: 0, records: [fetchedRecord(4), fetchedRecord(7)] },
  { partition: 1, records: [fetchedRecord(9)] },
].map((slice) => ({ ...slice, encodedBytes: 0 }));

const read = (response: unknown) =>
  readBatchItemFailures(Buffer.from(JSON.stringify(response)), "plays", SLICES);
const item = (partition: unknown, offset: unknown) => ({
  itemIdentifier: { partition, offset },
});

test.each([
  null,
  {},
  { batchItemFailures: null },
  { batchItemFailures: [] },
  { statusCode: 200 },
])("%j is success", (response) => {
  expect(read(response)).toStrictEqual({ kind: "none" });
});

test("no payload at all is success", () => {
  expect(readBatchItemFailures(null, "plays", SLICES)).toStrictEqual({
    kind: "none",
  });
});

test("the listed records failed, each once", () => {
  const response = {
    batchItemFailures: [
      item("plays-0", 7),
      item("plays-1", 9),
      item("plays-0", 7),
    ],
  };

  expect(read(response)).toStrictEqual({
    kind: "some",
    offsets: new Map([
      [0, new Set([7])],
      [1, new Set([9])],
    ]),
  });
});

test.each([
  ["an offset that was not in the event", [item("plays-0", 5)]],
  ["an offset of another partition", [item("plays-1", 4)]],
  ["a partition that was not in the event", [item("plays-2", 4)]],
  ["another topic", [item("songs-0", 4)]],
  ["an offset as text", [item("plays-0", "4")]],
  ["a partition as a number", [item(0, 4)]],
  ["an item without an identifier", [{}]],
  ["an item that is null", [item("plays-0", 4), null]],
  ["failures that are no list", "plays-0"],
])("%s fails the whole batch", (_, batchItemFailures) => {
  expect(read({ batchItemFailures })).toMatchObject({ kind: "invalid" });
});

test.each([["text"], [5], [[]]])(
  "the response %j fails the whole batch",
  (response) => {
    expect(read(response)).toMatchObject({ kind: "invalid" });
  },
);

test("a payload that is no JSON fails the whole batch", () => {
  expect(
    readBatchItemFailures(Buffer.from("{"), "plays", SLICES),
  ).toMatchObject({ kind: "invalid" });
});
