import { describe, expect, it } from "vitest";

import { compareTables } from "#tests/support/oracle/compare-tables.ts";

const ROW = {
  time_window: 1_704_067_200_000_000n,
  user_id: 1,
  stream_count: 3n,
  total_listen_time: 100n,
  avg_listen_time: 100 / 3,
  skip_rate: 1 / 3,
};

const findDifferences = (skip_rate: number): string[] =>
  compareTables([{ ...ROW, skip_rate }], [ROW]);

describe("compareTables", () => {
  it("finds nothing in two empty tables", () => {
    expect(compareTables([], [])).toEqual([]);
  });

  it("takes an integer as bigint, number or text", () => {
    const actual = {
      ...ROW,
      time_window: "1704067200000000",
      user_id: "1",
      stream_count: 3,
      total_listen_time: "100",
    };

    expect(compareTables([actual], [ROW])).toEqual([]);
  });

  it("leaves out the revision and its time", () => {
    const actual = { ...ROW, revision: 4, updated_at: new Date(0) };

    expect(compareTables([actual], [ROW])).toEqual([]);
  });

  it("names the row, the column and both values", () => {
    expect(compareTables([{ ...ROW, stream_count: "4" }], [ROW])).toEqual([
      "time_window=1704067200000000 (2024-01-01T00:00:00.000Z), user_id=1: stream_count is 4, expected 3",
    ]);
  });

  it("tells integers apart that a double cannot", () => {
    const actual = { ...ROW, total_listen_time: "9007199254740993" };
    const expected = { ...ROW, total_listen_time: 9_007_199_254_740_992n };

    expect(compareTables([actual], [expected])).toHaveLength(1);
  });

  it.each([
    null,
    undefined,
    3.5,
    "3.5",
    "",
    " 3",
    "0x3",
    true,
    Number.NaN,
    [3],
  ])("does not take %j for a count of 3", (cell) => {
    expect(compareTables([{ ...ROW, stream_count: cell }], [ROW])).toHaveLength(
      1,
    );
  });

  it.each([null, undefined, "0.3333333333333333", 0n, Number.NaN, -1 / 3])(
    "does not take %s for a rate of a third",
    (cell) => {
      expect(compareTables([{ ...ROW, skip_rate: cell }], [ROW])).toHaveLength(
        1,
      );
    },
  );

  it("lets a rate be 1 ulp off, but not 2", () => {
    // Between 1/4 and 1/2 neighbouring doubles are 2^-54 apart.
    const nearby = [-1, 1].map((ulps) => 1 / 3 + ulps * 2 ** -54);
    const further = [-2, 2].map((ulps) => 1 / 3 + ulps * 2 ** -54);

    expect(nearby.flatMap(findDifferences)).toEqual([]);
    expect(further.flatMap(findDifferences)).toHaveLength(2);
  });

  it("counts ulps across a power of two", () => {
    const expected = { ...ROW, skip_rate: 1 };
    const justBelow = { ...ROW, skip_rate: 1 - 2 ** -53 };
    const twoBelow = { ...ROW, skip_rate: 1 - 2 ** -52 };

    expect(compareTables([justBelow], [expected])).toEqual([]);
    expect(compareTables([twoBelow], [expected])).toHaveLength(1);
  });

  it("takes a rate of minus nothing for a rate of nothing", () => {
    expect(
      compareTables([{ ...ROW, skip_rate: -0 }], [{ ...ROW, skip_rate: 0 }]),
    ).toEqual([]);
  });

  it("sees a column too many and a column too few", () => {
    const { skip_rate, ...rest } = ROW;

    expect(
      compareTables([{ ...rest, shuffle_rate: skip_rate }], [ROW]),
    ).toEqual([
      expect.stringContaining(
        "skip_rate is absent, expected 0.3333333333333333",
      ),
      expect.stringContaining(
        "shuffle_rate is 0.3333333333333333, expected absent",
      ),
    ]);
  });

  it("sees rows where none is expected, and none where some are", () => {
    expect(compareTables([ROW], [])).toEqual([
      expect.stringContaining("unexpected row"),
    ]);
    expect(compareTables([], [ROW])).toEqual([
      expect.stringContaining("missing row"),
    ]);
  });

  it("sees a repeated key on either side", () => {
    expect(compareTables([ROW, ROW], [ROW])).toEqual([
      expect.stringContaining("repeated key, 2 actual rows"),
    ]);
    expect(compareTables([ROW], [ROW, ROW])).toEqual([
      expect.stringContaining("repeated key, 2 expected rows"),
    ]);
  });

  it("knows a fact by its event id alone", () => {
    const fact = {
      event_id: "018cc251-f400-7000-8000-000000000001",
      user_id: 1,
      is_liked: true,
    };

    expect(compareTables([fact], [fact])).toEqual([]);
    expect(compareTables([{ ...fact, user_id: 2 }], [fact])).toEqual([
      "event_id=018cc251-f400-7000-8000-000000000001: user_id is 2, expected 1",
    ]);
    expect(compareTables([{ ...fact, is_liked: false }], [fact])).toHaveLength(
      1,
    );
  });
});
