import { describe, expect, it } from "vitest";

import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { OracleOptions } from "#tests/support/oracle/types.ts";

import { makeCatalogue, makePlay, makePlayRecord } from "./make-records.ts";

/** The starts of the 5-minute and of the hourly window that one play falls into, as text. */
async function assignWindows(
  timestamp: string,
  options?: OracleOptions,
): Promise<string[]> {
  const timestampMs = Date.parse("2024-03-01T00:00:00Z");
  const record = makePlayRecord(0, makePlay({ timestamp }), { timestampMs });
  const tables = await expectTables([...makeCatalogue(), record], options);
  const { userEngagement, contentPerformance, device, location, hourly } =
    tables;
  const starts = [userEngagement, contentPerformance, device, location].map(
    (rows) => rows.map((row) => row["time_window"]),
  );
  expect(starts).toEqual([starts[0], starts[0], starts[0], starts[0]]);
  return [...userEngagement, ...hourly].map((row) =>
    new Date(Number(row["time_window"]) / 1000).toISOString(),
  );
}

describe("a window", () => {
  it.each([
    [
      "at its start",
      "2024-01-01T00:05:00Z",
      "2024-01-01T00:05",
      "2024-01-01T00:00",
    ],
    [
      "one microsecond after it",
      "2024-01-01T00:05:00.000001Z",
      "2024-01-01T00:05",
      "2024-01-01T00:00",
    ],
    [
      "one microsecond before the next",
      "2024-01-01T00:04:59.999999Z",
      "2024-01-01T00:00",
      "2024-01-01T00:00",
    ],
    [
      "less than that before the next",
      "2024-01-01T00:04:59.9999996Z",
      "2024-01-01T00:00",
      "2024-01-01T00:00",
    ],
    [
      "one microsecond before the hour",
      "2024-01-01T00:59:59.999999Z",
      "2024-01-01T00:55",
      "2024-01-01T00:00",
    ],
    [
      "at the hour",
      "2024-01-01T01:00:00Z",
      "2024-01-01T01:00",
      "2024-01-01T01:00",
    ],
    [
      "at an offset of +14:00",
      "2024-01-02T00:00:00+14:00",
      "2024-01-01T10:00",
      "2024-01-01T10:00",
    ],
    [
      "at an offset of -12:00",
      "2024-01-01T23:59:59-12:00",
      "2024-01-02T11:55",
      "2024-01-02T11:00",
    ],
    [
      "at an offset of +05:45",
      "2024-01-01T06:43:00+05:45",
      "2024-01-01T00:55",
      "2024-01-01T00:00",
    ],
    [
      "in the last moment of a leap day",
      "2024-02-29T23:59:59.999999Z",
      "2024-02-29T23:55",
      "2024-02-29T23:00",
    ],
    [
      "without a zone",
      "2024-01-01T00:07:00",
      "2024-01-01T00:05",
      "2024-01-01T00:00",
    ],
    [
      "before 1970",
      "1969-12-31T23:59:59.999999Z",
      "1969-12-31T23:55",
      "1969-12-31T23:00",
    ],
  ])("takes in a play %s", async (_, timestamp, minuteStart, hourStart) => {
    expect(await assignWindows(timestamp)).toEqual([
      `${minuteStart}:00.000Z`,
      `${hourStart}:00.000Z`,
    ]);
  });

  it("has the size that the options say", async () => {
    const options = { minuteWindowMs: 60_000, hourWindowMs: 7_200_000 };

    expect(await assignWindows("2024-01-01T01:07:30Z", options)).toEqual([
      "2024-01-01T01:07:00.000Z",
      "2024-01-01T00:00:00.000Z",
    ]);
  });
});
