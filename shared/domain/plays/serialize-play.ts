import type { StreamEvent } from "#shared/domain/stream-event.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";

/** A play as the JSON of its topic; put together by hand, as none of its parts needs escaping. */
export function serializePlay(play: StreamEvent): string {
  return (
    `{"event_id":"${play.eventId}","user_id":${play.userId},"song_id":${play.songId},` +
    `"artist_id":${play.artistId},"album_id":${play.albumId},"device_id":${play.deviceId},` +
    `"location_id":${play.locationId},"timestamp":"${formatTimestamp(play.timestampMicros)}",` +
    `"stream_duration_seconds":${play.streamDurationSeconds},"is_complete_play":${play.isCompletePlay},` +
    `"is_skipped":${play.isSkipped},"is_liked":${play.isLiked},"is_shared":${play.isShared},` +
    `"is_added_to_playlist":${play.isAddedToPlaylist}}`
  );
}
