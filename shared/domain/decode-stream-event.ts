import streamEventSchema from "#shared/schemas/stream-events.json" with { type: "json" };

import { compileSchema, describeViolation } from "./compile-schema.ts";
import { type Decoded, invalidSchema, malformedJson } from "./decoded.ts";
import { parseJson } from "./parse-json.ts";
import type { KafkaRecord } from "./record.ts";
import type { StreamEvent } from "./stream-event.ts";
import { parseTimestamp } from "./timestamp.ts";

/** A play as the topic's JSON Schema describes it. */
export interface StreamEventJson {
  readonly event_id: string;
  readonly user_id: number;
  readonly song_id: number;
  readonly artist_id: number;
  readonly album_id: number;
  readonly device_id: number;
  readonly location_id: number;
  readonly timestamp: string;
  readonly stream_duration_seconds: number;
  readonly is_complete_play: boolean;
  readonly is_skipped: boolean;
  readonly is_liked: boolean;
  readonly is_shared: boolean;
  readonly is_added_to_playlist: boolean;
}

const isStreamEventJson = compileSchema<StreamEventJson>(streamEventSchema);

/** Reads a record of `stream-events`; fields that the schema does not know are left out, the key is not looked at. */
export function decodeStreamEvent({
  value,
}: Pick<KafkaRecord, "value">): Decoded<StreamEvent> {
  if (value === null) return malformedJson("expected JSON, found no value");
  const parsed = parseJson(value);
  if (!parsed.ok) return parsed;
  const json = parsed.value;
  if (!isStreamEventJson(json)) return describeViolation(isStreamEventJson);
  const timestampMicros = parseTimestamp(json.timestamp);
  if (timestampMicros === undefined) {
    return invalidSchema(
      "/timestamp",
      `expected ${streamEventSchema.definitions.timestamp.description}`,
    );
  }
  return {
    ok: true,
    value: {
      eventId: json.event_id.toLowerCase(),
      userId: json.user_id,
      songId: json.song_id,
      artistId: json.artist_id,
      albumId: json.album_id,
      deviceId: json.device_id,
      locationId: json.location_id,
      timestampMicros,
      // JSON knows a negative zero, which the schema's minimum lets pass.
      streamDurationSeconds: json.stream_duration_seconds + 0,
      isCompletePlay: json.is_complete_play,
      isSkipped: json.is_skipped,
      isLiked: json.is_liked,
      isShared: json.is_shared,
      isAddedToPlaylist: json.is_added_to_playlist,
    },
  };
}
