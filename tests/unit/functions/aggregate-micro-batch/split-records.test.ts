import * as fc from "fast-check";
import { expect, test } from "vitest";

import { splitRecords } from "#functions/aggregate-micro-batch/split-records.ts";
import { makePlay } from "#tests/support/rows/make-play.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const TOPIC = "stream-events";
const MALFORMED = { ...makeRecord({ id: 9 }), value: Buffer.from("{") };
const SHAPELESS = { ...makeRecord({ id: 8 }), value: Buffer.from("{}") };

test("a good record is a play with its place in the micro-batch", () => {
  const record = makeRecord({ id: 1, partition: 3, offset: 42 });

  const { plays, rejections } = splitRecords(TOPIC, [MALFORMED, record]);

  expect(plays).toEqual([
    {
      ordinal: 1,
      partition: 3,
      offset: 42,
      isFuture: false,
      event: makePlay({ id: 1 }),
    },
  ]);
  expect([...rejections.keys()]).toEqual([0]);
});

test("a bad record is rejected with its reason and costs no good one", () => {
  const { plays, rejections } = splitRecords(TOPIC, [
    makeRecord({ id: 1 }),
    MALFORMED,
    makeRecord({ id: 2 }),
    SHAPELESS,
  ]);

  expect(plays.map(({ ordinal }) => ordinal)).toEqual([0, 2]);
  expect(rejections.get(1)).toMatchObject({
    record: MALFORMED,
    reason: "malformed_json",
  });
  expect(rejections.get(3)).toMatchObject({
    record: SHAPELESS,
    reason: "invalid_schema",
  });
});

test.for([
  ["five minutes ahead of its record", "12:05:00Z", false],
  ["a microsecond more", "12:05:00.000001Z", true],
  ["an hour behind", "11:00:00Z", false],
] as const)("a play that is %s is from the future?", ([, at, isFuture]) => {
  const record = makeRecord({
    id: 1,
    at: `2026-01-15T${at}`,
    takenAt: "2026-01-15T12:00:00Z",
  });

  expect(splitRecords(TOPIC, [record]).plays[0]?.isFuture).toBe(isFuture);
});

test("every record is either a play or rejected, never both", () => {
  const anyRecord = fc.oneof(
    fc.nat({ max: 99 }).map((id) => makeRecord({ id })),
    fc
      .uint8Array({ maxLength: 8 })
      .map((value) => ({ ...makeRecord({ id: 1 }), value })),
    fc.constant({ ...makeRecord({ id: 1 }), value: null }),
  );
  fc.assert(
    fc.property(fc.array(anyRecord), (records) => {
      const { plays, rejections } = splitRecords(TOPIC, records);
      const ordinals = [
        ...plays.map(({ ordinal }) => ordinal),
        ...rejections.keys(),
      ].sort((one, other) => one - other);
      expect(ordinals).toEqual([...records.keys()]);
    }),
  );
});
