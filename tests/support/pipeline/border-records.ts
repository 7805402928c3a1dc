import { makePlayRecord, SIZES } from "./make-plays.ts";
import type { OutgoingRecord } from "./topic-client.ts";

/** Several of each, so that windows hold more than one user, song and place. */
const PLAYS_PER_TIME = 20;

/** Times at which an error of a microsecond, a zone or a calendar puts a play into another window. */
const TIMES = [
  "2026-03-01T00:00:00Z",
  "2026-03-01T00:04:59.999999Z",
  // Postgres alone would round this one into the next window.
  "2026-03-01T00:04:59.9999996Z",
  "2026-03-01T00:05:00Z",
  "2026-03-01T00:05:00.000001Z",
  "2026-03-01T00:59:59.999999999999Z",
  "2026-03-01T01:00:00.000000Z",
  "2026-02-28T23:59:59.999999Z",
  "2026-03-01T14:00:00+14:00",
  "2026-03-01T13:59:59.999999+14:00",
  "2026-02-28T12:00:00-12:00",
  "2026-02-28T11:59:59.999999-12:00",
  "2026-03-01T00:00:00+23:59",
  "2026-03-01T05:45:00+05:45",
  "2026-03-01T00:00:00-00:00",
  "2026-03-01T02:30:00",
  "2026-03-01 02:34:59.999999",
  "2026-03-01t02:35:00z",
  "2024-02-29T00:00:00Z",
  "2024-02-29T23:59:59.999999Z",
  "2024-02-29T13:00:00+14:00",
  "2024-02-28T23:00:00-12:00",
  "2025-12-31T23:59:59.999999Z",
  "2026-01-01T00:00:00Z",
  "2000-02-29T12:00:00Z",
  "1970-01-01T00:00:00Z",
  "1969-12-31T23:59:59.999999Z",
  "1969-12-31T23:55:00Z",
  "1900-03-01T00:00:00.000001Z",
];

/** Valid plays at every border, with users, songs and places that differ. */
export function makeBorderRecords(): OutgoingRecord[] {
  return TIMES.flatMap((timestamp, time) =>
    Array.from({ length: PLAYS_PER_TIME }, (_, play) => {
      const index = time * PLAYS_PER_TIME + play;
      return makePlayRecord({
        timestamp,
        user_id: 1 + (index % 7),
        song_id: 1 + (index % 11),
        artist_id: 1 + (index % 5),
        album_id: 1 + (index % 13),
        device_id: 1 + (index % SIZES.devices),
        location_id: 1 + (index % 3),
        stream_duration_seconds: index,
        is_skipped: index % 3 === 0,
        is_liked: index % 4 === 0,
        is_shared: index % 5 === 0,
      });
    }),
  );
}
