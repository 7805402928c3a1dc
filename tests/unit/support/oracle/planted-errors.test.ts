import { beforeAll, describe, expect, it } from "vitest";

import { compareTables } from "#tests/support/oracle/compare-tables.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { ExpectedTables, Row } from "#tests/support/oracle/types.ts";

import {
  averageOf,
  countByHand,
  RIGHT,
  type Algorithm,
  type CountedPlay,
} from "./count-by-hand.ts";
import { compareAll, PLAYS, recordPlay } from "./counted-plays.ts";
import { makeCatalogue, MINUTE_US, NEW_YEAR_US } from "./make-records.ts";

const selectAlso =
  (...fates: CountedPlay["fate"][]): Algorithm["select"] =>
  (plays) =>
    plays.filter(
      (play) => fates.includes(play.fate) || RIGHT.select([play]).length > 0,
    );

const selectWithout =
  (index: number): Algorithm["select"] =>
  (plays) =>
    RIGHT.select(plays).filter((_, position) => position !== index);

/** Each wrong algorithm with a part of a difference it must lead to. */
const WRONG_ALGORITHMS: [
  title: string,
  changes: Partial<Algorithm>,
  seen: string,
][] = [
  [
    "an inclusive end of the window",
    {
      assignWindow: (timeUs, windowUs) =>
        RIGHT.assignWindow(timeUs, windowUs) -
        (timeUs % windowUs === 0n ? windowUs : 0n),
    },
    "(2024-01-01T00:00:00.000Z), user_id=1: total_listen_time is 85, expected 90",
  ],
  [
    "a play counted twice",
    { select: (plays) => [...RIGHT.select(plays), ...plays.slice(2, 3)] },
    "user_id=2: stream_count is 3, expected 2",
  ],
  [
    "a lost play",
    { select: selectWithout(3) },
    "user_id=1: stream_count is 2, expected 3",
  ],
  [
    "a time rounded to the next microsecond",
    {
      findTimeUs: (play) =>
        RIGHT.findTimeUs({ ...play, writtenTicks: play.writtenTicks + 5n }),
    },
    "(2024-01-01T00:05:00.000Z), user_id=1: total_listen_time is 25, expected 5",
  ],
  [
    "an average of averages",
    { average: (lists) => averageOf(lists.map(averageOf)) },
    "user_id=1: avg_listen_time is 37.5, expected 30",
  ],
  [
    "distinct counts of micro-batches added up",
    {
      countDistinct: (lists) =>
        BigInt(lists.reduce((count, list) => count + new Set(list).size, 0)),
    },
    "location_id=1: unique_users is 5, expected 3",
  ],
  [
    "a distinct count of the last micro-batch only",
    { countDistinct: (lists) => BigInt(new Set(lists.at(-1)).size) },
    "location_id=1: unique_songs is 1, expected 3",
  ],
  [
    "a window of 10 minutes",
    { minuteWindowUs: 10n * MINUTE_US },
    "(2024-01-01T00:05:00.000Z), user_id=1: missing row",
  ],
  [
    "a window of 1 minute",
    { minuteWindowUs: MINUTE_US },
    "(2024-01-01T00:02:00.000Z), user_id=1: unexpected row",
  ],
  [
    "windows that are not aligned to the epoch",
    {
      assignWindow: (timeUs, windowUs) =>
        timeUs - (timeUs % windowUs) + MINUTE_US,
    },
    "(2024-01-01T00:01:00.000Z), user_id=1: unexpected row",
  ],
  [
    "a duplicate counted",
    { select: selectAlso("duplicate") },
    "user_id=1: total_listen_time is 100, expected 90",
  ],
  [
    "a conflicting duplicate counted",
    { select: selectAlso("conflict") },
    "user_id=1: total_listen_time is 101, expected 90",
  ],
  [
    "a conflicting duplicate put in the place of the first",
    {
      select: (plays) =>
        selectAlso("conflict")(plays).filter((play) => play !== plays[0]),
    },
    "user_id=1: total_listen_time is 91, expected 90",
  ],
  [
    "an orphan counted",
    { select: selectAlso("orphan") },
    "user_id=99: unexpected row",
  ],
  [
    "a play of the future counted",
    { select: selectAlso("future") },
    "(2024-01-01T00:20:00.000Z), user_id=1: unexpected row",
  ],
  [
    "a late play dropped",
    { select: (plays) => plays.filter(({ fate }) => fate === "accepted") },
    "user_id=3: missing row",
  ],
  [
    "a late play put into the window that is open",
    {
      findTimeUs: (play) =>
        play.fate === "late" ? 300n * 1_000_000n : RIGHT.findTimeUs(play),
    },
    "(2024-01-01T00:05:00.000Z), user_id=3: unexpected row",
  ],
  [
    "an offset that is left out",
    { findTimeUs: ({ writtenTicks }) => writtenTicks / 10n },
    "(2024-01-01T14:00:00.000Z), user_id=2: unexpected row",
  ],
];

const swapColumns = (row: Row, left: string, right: string): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, cell]) => {
      const source = column === left ? right : column === right ? left : column;
      return [column, row[source] ?? cell];
    }),
  );

const alterFirst = (rows: readonly Row[], alter: (row: Row) => Row): Row[] =>
  rows.map((row, index) => (index === 0 ? alter(row) : row));

describe("compareTables against the oracle", () => {
  let expected: ExpectedTables;

  beforeAll(async () => {
    expected = await expectTables([
      ...makeCatalogue(),
      ...PLAYS.map(recordPlay),
    ]);
  });

  it("finds nothing against the right count", () => {
    expect(compareAll(countByHand(PLAYS, NEW_YEAR_US), expected)).toEqual([]);
  });

  it.each(WRONG_ALGORITHMS)("sees %s", (_, changes, seen) => {
    const counted = countByHand(PLAYS, NEW_YEAR_US, changes);

    expect(compareAll(counted, expected)).toContainEqual(
      expect.stringContaining(seen),
    );
  });

  it("sees a rate that is 2 ulp off", () => {
    // The skip rate of user 1 is 1/3, where doubles are 2^-54 apart.
    const altered = alterFirst(expected.userEngagement, (row) => ({
      ...row,
      skip_rate: Number(row["skip_rate"]) + 2 ** -53,
    }));

    expect(compareTables(altered, expected.userEngagement)).toEqual([
      expect.stringContaining("user_id=1: skip_rate is"),
    ]);
  });

  it("sees two columns swapped", () => {
    const altered = expected.userEngagement.map((row) =>
      swapColumns(row, "skip_rate", "like_rate"),
    );

    expect(compareTables(altered, expected.userEngagement)).toContainEqual(
      expect.stringContaining(
        "user_id=1: like_rate is 0.3333333333333333, expected 0",
      ),
    );
  });

  it("sees the song and the artist swapped in the key", () => {
    const altered = expected.contentPerformance.map((row) =>
      swapColumns(row, "song_id", "artist_id"),
    );

    expect(compareTables(altered, expected.contentPerformance)).toContainEqual(
      expect.stringContaining("song_id=2, artist_id=1: missing row"),
    );
  });

  it("sees a repeated key", () => {
    const altered = [...expected.device, ...expected.device.slice(0, 1)];

    expect(compareTables(altered, expected.device)).toEqual([
      expect.stringContaining("device_id=1: repeated key, 2 actual rows"),
    ]);
  });

  it.each([
    "userEngagement",
    "contentPerformance",
    "device",
    "location",
    "hourly",
  ] as const)("sees a row missing from the table %s", (table) => {
    expect(compareTables(expected[table].slice(1), expected[table])).toEqual([
      expect.stringContaining("missing row"),
    ]);
  });
});
