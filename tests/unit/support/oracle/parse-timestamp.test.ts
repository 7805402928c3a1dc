import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  isCalendarDate,
  parseTimestamp,
} from "#tests/support/oracle/parse-timestamp.ts";

describe("parseTimestamp", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0n],
    ["1970-01-01T00:00:01.000001Z", 1_000_001n],
    ["2024-01-01T00:00:00Z", 1_704_067_200_000_000n],
    ["2024-02-29T23:59:59Z", 1_709_251_199_000_000n],
    ["2024-03-01T00:00:00Z", 1_709_251_200_000_000n],
    ["2000-02-29T00:00:00Z", 951_782_400_000_000n],
    ["0001-01-01T00:00:00Z", -62_135_596_800_000_000n],
    ["9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999n],
  ])("reads %s as %d microseconds", (text, timeUs) => {
    expect(parseTimestamp(text)).toBe(timeUs);
  });

  it.each([
    ["2024-01-01 00:00:00Z", "a space"],
    ["2024-01-01t00:00:00z", "lower-case letters"],
    ["2024-01-01T00:00:00", "no zone"],
    ["2024-01-01T00:00:00-00:00", "an offset of minus nothing"],
    ["2024-01-01T14:00:00+14:00", "an offset of +14:00"],
    ["2023-12-31T12:00:00-12:00", "an offset of -12:00"],
    ["2024-01-01T23:59:00+23:59", "an offset of +23:59"],
    ["2023-12-31T00:01:00-23:59", "an offset of -23:59"],
    ["2024-01-01T00:00:00.0000009Z", "a seventh digit"],
  ])("reads %s, written with %s, as the same new year", (text) => {
    expect(parseTimestamp(text)).toBe(1_704_067_200_000_000n);
  });

  it("cuts further digits toward the past, before 1970 too", () => {
    expect(parseTimestamp("2024-01-01T00:04:59.9999996Z")).toBe(
      1_704_067_499_999_999n,
    );
    expect(parseTimestamp("1969-12-31T23:59:59.9999999Z")).toBe(-1n);
    expect(parseTimestamp("1969-12-31T23:59:59.5Z")).toBe(-500_000n);
  });

  it.each([
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2016-12-31T23:59:60Z",
    "2024-01-01T00:00:00+24:00",
    "2024-01-01T00:00:00+00:60",
    "2024-01-01T00:00:00+0100",
    "2024-01-01T00:00:00+01",
    "2024-01-01T00:00:00.Z",
    "2024-01-01T00:00:00,5Z",
    "2024-01-01T00:00Z",
    "2024-01-01",
    "24-01-01T00:00:00Z",
    "+2024-01-01T00:00:00Z",
    " 2024-01-01T00:00:00Z",
    "2024-01-01T00:00:00Z\n",
    "2024-01-01T00:00:00 Z",
    "２０２４-01-01T00:00:00Z",
    "1704067200",
    "now",
    "",
  ])("refuses %j", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it("agrees with the platform on every instant that a Date can write", () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date("0001-01-01T00:00:00.000Z"),
          max: new Date("9999-12-31T23:59:59.999Z"),
          noInvalidDate: true,
        }),
        (date) => {
          expect(parseTimestamp(date.toISOString())).toBe(
            BigInt(date.getTime()) * 1000n,
          );
        },
      ),
    );
  });
});

describe("isCalendarDate", () => {
  it("knows the leap days", () => {
    expect(isCalendarDate("2024-02-29")).toBe(true);
    expect(isCalendarDate("2023-02-29")).toBe(false);
  });

  it("refuses a date with a time", () => {
    expect(isCalendarDate("2024-02-29T00:00:00Z")).toBe(false);
  });
});
