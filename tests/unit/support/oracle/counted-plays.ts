import { compareTables } from "#tests/support/oracle/compare-tables.ts";
import type {
  ExpectedTables,
  OracleRecord,
} from "#tests/support/oracle/types.ts";

import type { countByHand, CountedPlay } from "./count-by-hand.ts";
import {
  makeEventId,
  makePlay,
  makePlayRecord,
  NEW_YEAR_US,
} from "./make-records.ts";

/** A second in ten millionths of a second. */
export const SECOND_TICKS = 10_000_000n;

const PLAIN: CountedPlay = {
  fate: "accepted",
  microBatch: 0,
  userId: 1,
  songId: 1,
  locationId: 1,
  writtenTicks: 0n,
  offsetMinutes: 0,
  durationSeconds: 10,
  isSkipped: false,
  isLiked: false,
};

/** Plays of every fate around the border of two windows, read in three micro-batches. */
export const PLAYS: CountedPlay[] = [
  { ...PLAIN, isSkipped: true },
  {
    ...PLAIN,
    songId: 2,
    durationSeconds: 20,
    writtenTicks: 300n * SECOND_TICKS - 4n,
  },
  {
    ...PLAIN,
    userId: 2,
    durationSeconds: 40,
    writtenTicks: 60n * SECOND_TICKS,
    isLiked: true,
  },
  {
    ...PLAIN,
    microBatch: 1,
    durationSeconds: 60,
    writtenTicks: 120n * SECOND_TICKS,
  },
  {
    ...PLAIN,
    microBatch: 1,
    durationSeconds: 5,
    writtenTicks: 300n * SECOND_TICKS,
  },
  {
    ...PLAIN,
    microBatch: 1,
    userId: 2,
    songId: 2,
    durationSeconds: 7,
    writtenTicks: 14n * 3600n * SECOND_TICKS + 180n * SECOND_TICKS,
    offsetMinutes: 14 * 60,
  },
  { ...PLAIN, fate: "duplicate", microBatch: 1, isSkipped: true },
  {
    ...PLAIN,
    fate: "orphan",
    microBatch: 1,
    userId: 99,
    writtenTicks: 90n * SECOND_TICKS,
  },
  {
    ...PLAIN,
    fate: "conflict",
    microBatch: 1,
    durationSeconds: 11,
    isSkipped: true,
  },
  {
    ...PLAIN,
    fate: "future",
    microBatch: 1,
    writtenTicks: 1200n * SECOND_TICKS,
  },
  {
    ...PLAIN,
    fate: "late",
    microBatch: 2,
    userId: 3,
    songId: 3,
    durationSeconds: 9,
    writtenTicks: 210n * SECOND_TICKS,
  },
];

function writeTime({ writtenTicks, offsetMinutes }: CountedPlay): string {
  const second = new Date(
    Number(NEW_YEAR_US / 1000n + (writtenTicks / SECOND_TICKS) * 1000n),
  );
  const fraction = (writtenTicks % SECOND_TICKS).toString().padStart(7, "0");
  const hours = (offsetMinutes / 60).toString().padStart(2, "0");
  return `${second.toISOString().slice(0, 19)}.${fraction}+${hours}:00`;
}

/** The play as a record of `stream-events`; a duplicate or a conflict has the id of the first record. */
export function recordPlay(play: CountedPlay, offset: number): OracleRecord {
  const repeatsFirst = play.fate === "duplicate" || play.fate === "conflict";
  const fields = {
    event_id: makeEventId(repeatsFirst ? 0 : offset),
    user_id: play.userId,
    song_id: play.songId,
    location_id: play.locationId,
    timestamp: writeTime(play),
    stream_duration_seconds: play.durationSeconds,
    is_skipped: play.isSkipped,
    is_liked: play.isLiked,
  };
  return makePlayRecord(offset, makePlay(fields));
}

type CountedTables = ReturnType<typeof countByHand>;

/** The differences of the three tables that are counted by hand. */
export const compareAll = (
  counted: CountedTables,
  expected: ExpectedTables,
): string[] => [
  ...compareTables(counted.userEngagement, expected.userEngagement),
  ...compareTables(counted.location, expected.location),
  ...compareTables(counted.hourly, expected.hourly),
];
