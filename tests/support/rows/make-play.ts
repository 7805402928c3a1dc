import type { StreamEvent } from "#shared/domain/stream-event.ts";
import { parseTimestamp } from "#shared/domain/timestamp.ts";

/** Where the plays of the tests are in time unless told: the start of a five-minute window and of an hour. */
export const NOON = "2026-01-15T12:00:00Z";

/** What a test says of a play; everything else has a default. */
export interface PlayTraits extends Partial<
  Omit<StreamEvent, "eventId" | "timestampMicros">
> {
  /** Small number of the play, from which its id is made. */
  readonly id: number;
  /** RFC 3339; `NOON` unless given. */
  readonly at?: string;
}

/** The event_id of the play with this small number. */
export function eventIdOf(id: number): string {
  return `00000000-0000-7000-8000-${id.toString(16).padStart(12, "0")}`;
}

/** A valid play; every dimension it refers to has the id 1 unless told. */
export function makePlay({
  id,
  at = NOON,
  ...traits
}: PlayTraits): StreamEvent {
  return {
    eventId: eventIdOf(id),
    timestampMicros: microsOf(at),
    userId: 1,
    songId: 1,
    artistId: 1,
    albumId: 1,
    deviceId: 1,
    locationId: 1,
    streamDurationSeconds: 60,
    isCompletePlay: false,
    isSkipped: false,
    isLiked: false,
    isShared: false,
    isAddedToPlaylist: false,
    ...traits,
  };
}

/** Whole microseconds since the epoch of an RFC 3339 timestamp. */
export function microsOf(at: string): number {
  const micros = parseTimestamp(at);
  if (micros === undefined)
    throw new RangeError(`"${at}" is no timestamp; expected RFC 3339`);
  return micros;
}
