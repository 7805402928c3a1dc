import {
  isJsonObject,
  readCount,
  readFlag,
  readId,
  readJson,
  readTimestamp,
  readUuid,
} from "./read-json.ts";
import type { ShapeFault } from "./types.ts";

/** The fields of a play in the order of the fact table's columns (design.md, 2): ids, time in microseconds, flags. */
export type DecodedPlay = [
  eventId: string,
  userId: number,
  songId: number,
  artistId: number,
  albumId: number,
  deviceId: number,
  locationId: number,
  playedAtUs: bigint,
  streamDurationSeconds: number,
  isCompletePlay: boolean,
  isSkipped: boolean,
  isLiked: boolean,
  isShared: boolean,
  isAddedToPlaylist: boolean,
];

const hasEveryField = (fields: readonly unknown[]): fields is DecodedPlay =>
  !fields.includes(undefined);

/** Decodes the value of a `stream-events` record, or says why it holds no play. */
export function decodePlay(value: Uint8Array | null): DecodedPlay | ShapeFault {
  const json = readJson(value);
  if (json === undefined) {
    return "malformed_json";
  }
  if (!isJsonObject(json)) {
    return "invalid_schema";
  }
  const fields = [
    readUuid(json, "event_id"),
    readId(json, "user_id"),
    readId(json, "song_id"),
    readId(json, "artist_id"),
    readId(json, "album_id"),
    readId(json, "device_id"),
    readId(json, "location_id"),
    readTimestamp(json, "timestamp"),
    readCount(json, "stream_duration_seconds"),
    readFlag(json, "is_complete_play"),
    readFlag(json, "is_skipped"),
    readFlag(json, "is_liked"),
    readFlag(json, "is_shared"),
    readFlag(json, "is_added_to_playlist"),
  ];
  return hasEveryField(fields) ? fields : "invalid_schema";
}
