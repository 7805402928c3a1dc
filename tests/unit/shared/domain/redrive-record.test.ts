import { expect, test } from "vitest";

import { readRedriveHistory } from "#shared/domain/redrive-headers.ts";
import { redriveRecord } from "#shared/domain/redrive-record.ts";
import { eventIdOf } from "#tests/support/rows/make-play.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const TRACE = ["trace", Uint8Array.from([0, 255])] as const;
const RECORD = { ...makeRecord({ id: 1 }), headers: [TRACE] };
const FIRST = {
  record: RECORD,
  mendedValue: null,
  attempt: 1,
  firstSeenAtMicros: 1_768_500_000_000_000,
  origin: "stream-events-3-17",
};

test("a record goes out again with its bytes, and says which attempt it is and where it began", () => {
  const again = redriveRecord(FIRST);

  expect(again).toMatchObject({ key: RECORD.key, value: RECORD.value });
  expect(again.headers).toContain(TRACE);
  expect(readRedriveHistory({ ...RECORD, ...again })).toEqual({
    attempt: 2,
    firstSeenAtMicros: 1_768_500_000_000_000,
    origin: "stream-events-3-17",
  });
});

test("each further time its own headers take the place of the ones before", () => {
  const second = { ...RECORD, ...redriveRecord(FIRST) };
  const third = redriveRecord({ ...FIRST, record: second, attempt: 2 });

  expect(third.headers.map(([name]) => name)).toEqual([
    "trace",
    "redrive-attempt",
    "redrive-first-seen-at",
    "redrive-origin",
  ]);
  expect(readRedriveHistory({ ...RECORD, ...third }).attempt).toBe(3);
});

test("a mended play takes the place of the original one, and the key follows its id", () => {
  const mended = makeRecord({ id: 2 }).value;
  const again = redriveRecord({ ...FIRST, mendedValue: mended });

  expect(again.value).toBe(mended);
  expect(again.key).toEqual(new TextEncoder().encode(eventIdOf(2)));
});

test("a mended value that is no play keeps the key of the original one", () => {
  const mendedValue = Buffer.from("mended");

  expect(redriveRecord({ ...FIRST, mendedValue })).toMatchObject({
    key: RECORD.key,
    value: mendedValue,
  });
});

test("an origin that nobody here has written is none", () => {
  const headers = [["redrive-origin", Buffer.from("a\0b")]] as const;

  expect(readRedriveHistory({ ...RECORD, headers }).origin).toBeNull();
});
