import * as fc from "fast-check";
import { expect, test } from "vitest";

import { BinaryCopy } from "#shared/adapters/postgres/binary-copy.ts";
import { microsOf } from "#tests/support/rows/make-play.ts";

const POSTGRES_EPOCH = 946_684_800_000_000n;
const LARGE = 4_000_000;
const row = fc.record({
  id: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  total: fc.maxSafeInteger(),
  members: fc.uniqueArray(fc.nat(), { maxLength: 2000 }),
});

test("a row is its number of columns, then each one's length and bytes, big-endian", () => {
  const copy = new BinaryCopy();
  copy.row(6);
  copy.integer(-2);
  copy.bigint(-3);
  copy.timestamp(946_684_800_000_001);
  copy.boolean(true);
  copy.uuid("00112233-4455-6677-8899-aabbccddeeff");
  copy.shortText("ab");

  expect(copy.finish().subarray(19).toString("hex")).toBe(
    [
      "0006",
      "00000004fffffffe",
      "00000008fffffffffffffffd",
      "000000080000000000000001",
      "0000000101",
      "0000001000112233445566778899aabbccddeeff",
      "000000026162",
      "ffff",
    ].join(""),
  );
});

test("every time that is read is written exactly, also before 1714", () => {
  const first = BigInt(microsOf("1684-08-01T00:00:00Z"));
  const last = BigInt(microsOf("2255-01-01T00:00:00Z"));
  fc.assert(
    fc.property(fc.bigInt({ min: first, max: last }), (micros) => {
      const copy = new BinaryCopy();
      copy.row(1);
      copy.timestamp(Number(micros));

      const written = copy.finish().subarray(19 + 2 + 4);
      expect(written.readBigInt64BE() + POSTGRES_EPOCH).toBe(micros);
    }),
  );
});

test("an array is one of integers without nulls, counted from 1", () => {
  const copy = new BinaryCopy();
  copy.row(1);
  copy.integers(new Set([7, 9]));

  expect(copy.finish().subarray(19).toString("hex")).toBe(
    [
      "0001",
      "00000024",
      "00000001",
      "00000000",
      "00000017",
      "00000002",
      "00000001",
      "0000000400000007",
      "0000000400000009",
      "ffff",
    ].join(""),
  );
});

test("arrays of what is read of each item are as long as the items are many, and keep their order", () => {
  const copy = new BinaryCopy();
  copy.row(2);
  copy.integersOf(["7", "-9"], Number);
  copy.bigintsOf([{ sum: 2 ** 32 + 5 }], ({ sum }) => sum);

  expect(copy.finish().subarray(19).toString("hex")).toBe(
    [
      "0002",
      "00000024",
      "00000001",
      "00000000",
      "00000017",
      "00000002",
      "00000001",
      "0000000400000007",
      "00000004fffffff7",
      "00000020",
      "00000001",
      "00000000",
      "00000014",
      "00000001",
      "00000001",
      "000000080000000100000005",
      "ffff",
    ].join(""),
  );
});

test("rows are the same, whatever room there was at first", () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), fc.nat(200), (rows, room) => {
      expect(write(new BinaryCopy(room), rows)).toEqual(
        write(new BinaryCopy(LARGE), rows),
      );
    }),
    { numRuns: 50 },
  );
});

function write(
  copy: BinaryCopy,
  rows: readonly { id: number; total: number; members: readonly number[] }[],
): string {
  for (const { id, total, members } of rows) {
    copy.row(5);
    copy.integer(id);
    copy.bigint(total);
    copy.integers(new Set(members));
    copy.integersOf(members, (member) => member);
    copy.bigintsOf(members, (member) => member + total);
  }
  return copy.finish().toString("latin1");
}
