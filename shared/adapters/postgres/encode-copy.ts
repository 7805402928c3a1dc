import type { DecodedPlay } from "#shared/domain/micro-batch.ts";
import type { StreamEvent } from "#shared/domain/stream-event.ts";

import { BinaryCopy } from "./binary-copy.ts";

const FACT_COLUMNS = 14;
const STAGED_COLUMNS = 4 + FACT_COLUMNS;
/** A column count, then per column a length and its bytes: seven integers of 4, one of 8, a UUID, five booleans. */
const FACT_BYTES = 2 + FACT_COLUMNS * 4 + 7 * 4 + 8 + 16 + 5;
/** Two integers of 4, one of 8, a boolean. */
const STAGED_BYTES = FACT_BYTES + 4 * 4 + 2 * 4 + 8 + 1;

/** Encodes plays as the binary COPY that `copy_staged_stream_events.sql` reads. */
export function encodeStagedStreamEvents(
  staged: readonly DecodedPlay[],
): Buffer {
  const copy = new BinaryCopy(staged.length * STAGED_BYTES);
  for (const { ordinal, partition, offset, isFuture, event } of staged) {
    copy.row(STAGED_COLUMNS);
    copy.integer(ordinal);
    copy.integer(partition);
    copy.bigint(offset);
    copy.boolean(isFuture);
    writeFact(copy, event);
  }
  return copy.finish();
}

/** Encodes plays as the binary COPY that `copy_facts.sql` reads. */
export function encodeFacts(plays: readonly DecodedPlay[]): Buffer {
  const copy = new BinaryCopy(plays.length * FACT_BYTES);
  for (const { event } of plays) {
    copy.row(FACT_COLUMNS);
    writeFact(copy, event);
  }
  return copy.finish();
}

function writeFact(copy: BinaryCopy, event: StreamEvent): void {
  copy.uuid(event.eventId);
  copy.timestamp(event.timestampMicros);
  copy.integer(event.userId);
  copy.integer(event.songId);
  copy.integer(event.artistId);
  copy.integer(event.albumId);
  copy.integer(event.deviceId);
  copy.integer(event.locationId);
  copy.integer(event.streamDurationSeconds);
  copy.boolean(event.isCompletePlay);
  copy.boolean(event.isSkipped);
  copy.boolean(event.isLiked);
  copy.boolean(event.isShared);
  copy.boolean(event.isAddedToPlaylist);
}
