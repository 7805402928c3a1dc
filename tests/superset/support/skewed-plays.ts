import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import type { OutgoingRecord } from "#tests/support/pipeline/topic-client.ts";

const MINUTE_MS = 60_000;
const PLANNED = 4000;
const OF_ONE_USER = 99;

/**
 * Plays of the three hours until now: the producer's, and one user's 99 plays beside one skipped play of another user, which
 * an average of the users' rates would make 50 %.
 */
export function makeSkewedPlays(nowMs: number): OutgoingRecord[] {
  const before = (minutes: number) =>
    new Date(nowMs - minutes * MINUTE_MS).toISOString();
  const skewed = Array.from({ length: OF_ONE_USER }, (_, index) =>
    makePlayRecord({
      user_id: 1,
      timestamp: before(40 + index / 1000),
      song_id: 1 + (index % 3),
    }),
  );
  const skipped = makePlayRecord({
    user_id: 2,
    timestamp: before(40),
    is_skipped: true,
    is_complete_play: false,
  });
  const planned = planRecords({
    from: before(180),
    to: before(1),
    count: PLANNED,
  });
  // None is late: a late one would be counted only when its window is revised.
  return [...planned, ...skewed, skipped].sort(
    (first, second) => readTime(first) - readTime(second),
  );
}

function readTime({ value }: OutgoingRecord): number {
  const { timestamp }: { timestamp: string } = JSON.parse(String(value));
  return Date.parse(timestamp);
}
