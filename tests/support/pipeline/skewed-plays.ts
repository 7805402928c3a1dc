import * as fc from "fast-check";

import { makePlayRecord } from "./make-plays.ts";
import type { OutgoingRecord } from "./topic-client.ts";

const MINUTE_MS = 60_000;

/** Ids of which a few come very often, and many as often as others. */
const skewedId = (highest: number) =>
  fc.oneof(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: highest }),
  );

/** Within 26 hours, some minutes of them more often, at the borders of windows and beside them. */
const playedAt = (fromMs: number) =>
  fc
    .tuple(
      fc.oneof(
        fc.integer({ min: 0, max: 26 * 60 - 1 }),
        fc.integer({ min: 14 * 60, max: 15 * 60 - 1 }),
        fc.integer({ min: 25 * 60, max: 26 * 60 - 1 }),
        fc.constantFrom(0, 60, 14 * 60 + 5, 25 * 60 + 50, 25 * 60 + 55),
      ),
      fc.constantFrom("00", "00.000001", "30", "59.999999"),
    )
    .map(([minute, second]) =>
      new Date(fromMs + minute * MINUTE_MS)
        .toISOString()
        .replace("00.000Z", `${second}Z`),
    );

/** Plays of 26 hours in the order of their times, of few users, songs and places with many ties; but for their ids the same for the same seed. */
export const makeSkewedPlays = (
  fromMs: number,
  count: number,
  seed: number,
): OutgoingRecord[] =>
  fc
    .sample(
      fc.record({
        user_id: skewedId(40),
        song_id: skewedId(30),
        artist_id: skewedId(18),
        device_id: skewedId(10),
        location_id: skewedId(20),
        stream_duration_seconds: fc.nat({ max: 400 }),
        is_complete_play: fc.boolean(),
        is_skipped: fc.boolean(),
        is_liked: fc.boolean(),
        timestamp: playedAt(fromMs),
      }),
      { numRuns: count, seed },
    )
    .toSorted((left, right) => (left.timestamp < right.timestamp ? -1 : 1))
    .map((fields) => makePlayRecord(fields));
