import type { Bucket } from "./buckets.ts";
import { compareIds } from "./rank-groups.ts";

const LEAST_STREAMS = 5;
const SHOWN = 10;

/** A song with its streams in two buckets that follow each other. */
export interface TrendingSong {
  readonly songId: number;
  readonly streams: number;
  readonly before: number;
}

/** The newest final bucket whose predecessor is final, too, with that one. */
function findNewestPair(
  buckets: readonly Bucket[],
  finalBuckets: ReadonlySet<number>,
): readonly [before: Bucket, newest: Bucket] | undefined {
  return buckets
    .flatMap((newest, index) => {
      const before = buckets[index - 1];
      return before === undefined ? [] : [[before, newest] as const];
    })
    .findLast((pair) => pair.every(({ startMs }) => finalBuckets.has(startMs)));
}

const countBySong = ({ plays }: Bucket): Map<number, number> =>
  new Map(
    [...Map.groupBy(plays, ({ songId }) => songId)].map(([songId, own]) => [
      songId,
      own.length,
    ]),
  );

/** The ten songs whose streams rose most; none where the period has no two final buckets that follow each other. */
export function findTrending(
  buckets: readonly Bucket[],
  finalBuckets: ReadonlySet<number>,
): TrendingSong[] {
  const pair = findNewestPair(buckets, finalBuckets);
  if (pair === undefined) return [];
  const [before, newest] = pair;
  const earlier = countBySong(before);
  return [...countBySong(newest)]
    .map(([songId, streams]) => ({
      songId,
      streams,
      before: earlier.get(songId) ?? 0,
    }))
    .filter((song) => song.streams >= LEAST_STREAMS)
    .filter((song) => song.streams > song.before)
    .toSorted(
      (left, right) =>
        right.streams - right.before - (left.streams - left.before) ||
        right.streams - left.streams ||
        compareIds(left.songId, right.songId),
    )
    .slice(0, SHOWN);
}
