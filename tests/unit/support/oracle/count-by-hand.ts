import { MINUTE_US } from "./make-records.ts";

/** A play as the plain second count sees it: what it is is stated, not found out. */
export interface CountedPlay {
  fate: "accepted" | "late" | "duplicate" | "orphan" | "future" | "conflict";
  microBatch: number;
  userId: number;
  songId: number;
  locationId: number;
  /** The time in ten millionths of a second since the new year of 2024, as written, and the offset beside it. */
  writtenTicks: bigint;
  offsetMinutes: number;
  durationSeconds: number;
  isSkipped: boolean;
  isLiked: boolean;
}

type ListsByMicroBatch = readonly (readonly number[])[];

/** The decisions of the plain count; each can be exchanged for a wrong one. */
export interface Algorithm {
  select: (plays: readonly CountedPlay[]) => readonly CountedPlay[];
  findTimeUs: (play: CountedPlay) => bigint;
  assignWindow: (timeUs: bigint, windowUs: bigint) => bigint;
  minuteWindowUs: bigint;
  average: (lists: ListsByMicroBatch) => number;
  countDistinct: (lists: ListsByMicroBatch) => bigint;
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

export const averageOf = (numbers: readonly number[]): number =>
  sum(numbers) / numbers.length;

/** The right decisions; times count from the new year of 2024, which starts a window of every size used here. */
export const RIGHT: Algorithm = {
  select: (plays) =>
    plays.filter(({ fate }) => fate === "accepted" || fate === "late"),
  findTimeUs: ({ writtenTicks, offsetMinutes }) =>
    writtenTicks / 10n - BigInt(offsetMinutes) * MINUTE_US,
  assignWindow: (timeUs, windowUs) => timeUs - (timeUs % windowUs),
  minuteWindowUs: 5n * MINUTE_US,
  average: (lists) => averageOf(lists.flat()),
  countDistinct: (lists) => BigInt(new Set(lists.flat()).size),
};

interface Group {
  window: bigint;
  key: number;
  plays: CountedPlay[];
}

function groupPlays(
  plays: readonly CountedPlay[],
  algorithm: Algorithm,
  windowUs: bigint,
  keyOf: (play: CountedPlay) => number,
): Group[] {
  const groups = new Map<string, Group>();
  for (const play of algorithm.select(plays)) {
    const window = algorithm.assignWindow(algorithm.findTimeUs(play), windowUs);
    const key = keyOf(play);
    const group = groups.get(`${window}:${key}`) ?? { window, key, plays: [] };
    group.plays.push(play);
    groups.set(`${window}:${key}`, group);
  }
  return [...groups.values()];
}

function splitByMicroBatch(
  plays: readonly CountedPlay[],
  valueOf: (play: CountedPlay) => number,
): number[][] {
  const lists = new Map<number, number[]>();
  for (const play of plays) {
    lists.set(play.microBatch, [
      ...(lists.get(play.microBatch) ?? []),
      valueOf(play),
    ]);
  }
  return [...lists.values()];
}

/** Counts two metric tables and the skip and like rates of the third by an algorithm that may be wrong. */
export function countByHand(
  plays: readonly CountedPlay[],
  originUs: bigint,
  changes: Partial<Algorithm> = {},
) {
  const algorithm = { ...RIGHT, ...changes };
  const measure = ({ plays: played }: Group) => ({
    stream_count: BigInt(played.length),
    total_listen_time: BigInt(sum(played.map((play) => play.durationSeconds))),
    avg_listen_time: algorithm.average(
      splitByMicroBatch(played, (play) => play.durationSeconds),
    ),
    skip_rate: algorithm.average(
      splitByMicroBatch(played, (play) => (play.isSkipped ? 1 : 0)),
    ),
    like_rate: algorithm.average(
      splitByMicroBatch(played, (play) => (play.isLiked ? 1 : 0)),
    ),
  });
  const countUsersAndSongs = ({ plays: played }: Group) => ({
    unique_users: algorithm.countDistinct(
      splitByMicroBatch(played, (play) => play.userId),
    ),
    unique_songs: algorithm.countDistinct(
      splitByMicroBatch(played, (play) => play.songId),
    ),
  });
  const { minuteWindowUs } = algorithm;
  const byUser = groupPlays(
    plays,
    algorithm,
    minuteWindowUs,
    (play) => play.userId,
  );
  const byLocation = groupPlays(
    plays,
    algorithm,
    minuteWindowUs,
    (play) => play.locationId,
  );
  const byHour = groupPlays(plays, algorithm, 60n * MINUTE_US, () => 0);
  return {
    userEngagement: byUser.map((group) => ({
      time_window: originUs + group.window,
      user_id: group.key,
      ...measure(group),
      share_rate: 0,
      playlist_add_rate: 0,
    })),
    location: byLocation.map((group) => ({
      time_window: originUs + group.window,
      location_id: group.key,
      stream_count: BigInt(group.plays.length),
      ...countUsersAndSongs(group),
    })),
    hourly: byHour.map((group) => ({
      time_window: originUs + group.window,
      ...measure(group),
      ...countUsersAndSongs(group),
      unique_artists: 1n,
    })),
  };
}
