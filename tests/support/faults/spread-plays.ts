import { createRandomKey, Random } from "#shared/domain/random.ts";

import { makePlayRecord, SIZES } from "#tests/support/pipeline/make-plays.ts";
import type { OutgoingRecord } from "#tests/support/pipeline/topic-client.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const FIRST_MS = Date.UTC(2026, 2, 1);
/** So far apart, that a few micro-batches close a window of minutes. */
const STEP_MS = 30 * SECOND_MS;
/** How far plays are behind, and how many of them, in shares of all. */
const BEHIND = [
  // Out of order, within the allowed lateness of ten minutes.
  { share: 0.7, leastMs: 0, mostMs: 5 * MINUTE_MS },
  // In the windows that close at this very moment.
  { share: 0.25, leastMs: 5 * MINUTE_MS, mostMs: 20 * MINUTE_MS },
  { share: 0.05, leastMs: 60 * MINUTE_MS, mostMs: 180 * MINUTE_MS },
];

export interface SpreadPlays {
  readonly partitions: readonly number[];
  readonly perPartition: number;
  readonly seed: number;
}

/**
 * Plays of a stream that moves on at the same pace on all partitions; some come hours late, many just when their window
 * closes.
 */
export function spreadPlays({
  partitions,
  perPartition,
  seed,
}: SpreadPlays): OutgoingRecord[] {
  const random = new Random().start(createRandomKey(seed), 0, 0);
  const below = (limit: number) => Math.floor(random.nextUnit() * limit);
  return Array.from({ length: perPartition }, (_, index) => index).flatMap(
    (index) =>
      partitions.map((partition) => {
        const { leastMs, mostMs } = drawBehind(random.nextUnit());
        const lateMs = leastMs + below(mostMs - leastMs);
        return makePlayRecord(
          {
            timestamp: new Date(
              FIRST_MS + index * STEP_MS - lateMs,
            ).toISOString(),
            user_id: 1 + below(SIZES.users),
            song_id: 1 + below(SIZES.songs),
            artist_id: 1 + below(SIZES.artists),
            album_id: 1 + below(SIZES.albums),
            device_id: 1 + below(SIZES.devices),
            location_id: 1 + below(SIZES.locations),
            stream_duration_seconds: below(300),
            is_skipped: below(3) === 0,
            is_liked: below(5) === 0,
          },
          partition,
        );
      }),
  );
}

function drawBehind(unit: number): Omit<(typeof BEHIND)[number], "share"> {
  let left = unit;
  for (const kind of BEHIND) {
    if (left < kind.share) return kind;
    left -= kind.share;
  }
  return { leastMs: 0, mostMs: 1 };
}
