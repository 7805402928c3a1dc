import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  formatTimestamp,
  parseTimestamp,
  TIMESTAMP_RANGE_MICROS,
} from "#shared/domain/timestamp.ts";

const ALL_MILLISECONDS = { min: -62_135_596_800_000, max: 253_402_300_799_999 };
const EXACT_MILLISECONDS = { min: -9_000_000_000_000, max: 9_000_000_000_000 };

describe("parseTimestamp", () => {
  test.for([
    ["1970-01-01T00:00:00Z", 0],
    ["1970-01-01T00:00:00", 0],
    ["1970-01-01 00:00:00", 0],
    ["1970-01-01t00:00:00z", 0],
    ["1970-01-01T00:00:00.1Z", 100_000],
    ["1970-01-01T00:00:00.000001Z", 1],
    ["1969-12-31T23:59:59.999999Z", -1],
    ["2024-02-29T12:30:45.123456Z", 1_709_209_845_123_456],
    ["2000-02-29T00:00:00Z", 951_782_400_000_000],
    ["1970-01-01T14:00:00+14:00", 0],
    ["1969-12-31T12:00:00-12:00", 0],
    ["1970-01-01T23:59:00+23:59", 0],
    ["1969-12-31T00:01:00-23:59", 0],
    ["1970-01-01T00:00:00-00:00", 0],
    ["1970-01-01T00:00:00.5+00:30", -1_799_500_000],
  ] as const)("%s is %i microseconds", ([text, micros]) => {
    expect(parseTimestamp(text)).toBe(micros);
  });

  test("digits beyond microseconds are cut off and never round into the next window", () => {
    expect(parseTimestamp("2026-01-01T00:04:59.9999999Z")).toBe(
      parseTimestamp("2026-01-01T00:04:59.999999Z"),
    );
    expect(parseTimestamp(`2026-01-01T00:04:59.${"9".repeat(100)}Z`)).toBe(
      parseTimestamp("2026-01-01T00:04:59.999999Z"),
    );
  });

  test.for([
    "",
    "2026",
    "2026-01-01",
    "2026-01-01T00:00",
    "2026-01-01T00:00:00.",
    "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00,5Z",
    "2026-00-01T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2016-12-31T23:59:60Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+01:60",
    "2026-01-01T00:00:00+0100",
    "2026-01-01T00:00:00+01",
    "2026-01-01T00:00:00 Z",
    "2026-01-01T00:00:00Z ",
    " 2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00X",
    "2026-01-01T00:00:00*01:00",
    "2026-01-01_00:00:00Z",
    "2026/01/01T00:00:00Z",
    "2026-01-01T00-00-00Z",
    "-026-01-01T00:00:00Z",
    "0000-12-31T23:59:59Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "+010000-01-01T00:00:00Z",
    "２026-01-01T00:00:00Z",
  ])("%j is refused", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test("agrees with Date on every millisecond that a double holds in microseconds", () => {
    fc.assert(
      fc.property(fc.integer(EXACT_MILLISECONDS), (milliseconds) => {
        expect(parseTimestamp(new Date(milliseconds).toISOString())).toBe(
          milliseconds * 1000,
        );
      }),
    );
  });

  test("outside of the exact years the fraction of a second is dropped and nothing else", () => {
    fc.assert(
      fc.property(fc.integer(ALL_MILLISECONDS), (milliseconds) => {
        fc.pre(Math.abs(milliseconds) > 9_007_199_255_000);
        const micros = parseTimestamp(new Date(milliseconds).toISOString());
        expect(micros).toBe(Math.floor(milliseconds / 1000) * 1_000_000);
        expect(BigInt(micros ?? 0) % 1_000_000n).toBe(0n);
      }),
    );
    expect(parseTimestamp("9999-12-31T23:59:59.999999Z")).toBe(
      253_402_300_799_000_000,
    );
    expect(parseTimestamp("0001-01-01T00:00:00Z")).toBe(
      -62_135_596_800_000_000,
    );
  });

  test("an offset shifts by its minutes", () => {
    const offsets = fc.record({
      sign: fc.constantFrom(1, -1),
      hours: fc.nat(23),
      minutes: fc.nat(59),
    });
    fc.assert(
      fc.property(
        fc.integer(EXACT_MILLISECONDS),
        offsets,
        (milliseconds, { sign, hours, minutes }) => {
          const zone = `${sign === 1 ? "+" : "-"}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
          const text = new Date(milliseconds).toISOString().replace("Z", zone);
          expect(parseTimestamp(text)).toBe(
            milliseconds * 1000 - sign * (hours * 60 + minutes) * 60_000_000,
          );
        },
      ),
    );
  });
});

describe("formatTimestamp", () => {
  test("writes six digits in UTC that agree with Date", () => {
    fc.assert(
      fc.property(fc.integer(EXACT_MILLISECONDS), (milliseconds) => {
        expect(formatTimestamp(milliseconds * 1000)).toBe(
          new Date(milliseconds).toISOString().replace("Z", "000Z"),
        );
      }),
    );
  });

  test("is read back as the same microsecond", () => {
    const micros = fc.integer({
      min: -9_000_000_000_000_000,
      max: 9_000_000_000_000_000,
    });
    fc.assert(
      fc.property(micros, (timestampMicros) => {
        expect(parseTimestamp(formatTimestamp(timestampMicros))).toBe(
          timestampMicros,
        );
      }),
    );
  });

  test("reaches from the year 1 to the year 9999", () => {
    expect(formatTimestamp(TIMESTAMP_RANGE_MICROS.first)).toBe(
      "0001-01-01T00:00:00.000000Z",
    );
    expect(formatTimestamp(TIMESTAMP_RANGE_MICROS.last)).toBe(
      "9999-12-31T23:59:59.000000Z",
    );
  });

  test.for([
    TIMESTAMP_RANGE_MICROS.first - 1_000_000,
    TIMESTAMP_RANGE_MICROS.last + 1_000_000,
    0.5,
    Number.NaN,
  ])("refuses %d", (timestampMicros) => {
    expect(() => formatTimestamp(timestampMicros)).toThrow(RangeError);
  });
});
