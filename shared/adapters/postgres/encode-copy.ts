import type { StagedStreamEvent } from "#shared/domain/micro-batch.ts";

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const COLUMN_COUNT = 18;
/** A column count, then per column a length and its bytes: nine integers of 4, two of 8, a UUID, six booleans. */
const ROW_BYTES = 2 + COLUMN_COUNT * 4 + 9 * 4 + 2 * 8 + 16 + 6;
const TRAILER_BYTES = 2;
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000;
const TWO_TO_32 = 2 ** 32;
const HYPHEN = 0x2d;

/** The value of a hexadecimal digit by its character code. */
const HEX_DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? 0 : digit;
});

/**
 * Encodes plays as the binary COPY that `copy_staged_stream_events.sql` reads, in one buffer of known size.
 *
 * Source: Postgres documentation, COPY, "Binary Format".
 */
export function encodeStagedStreamEvents(
  staged: readonly StagedStreamEvent[],
): Buffer {
  const buffer = Buffer.allocUnsafe(
    SIGNATURE.length + staged.length * ROW_BYTES + TRAILER_BYTES,
  );
  SIGNATURE.copy(buffer, 0);
  // Numbers through a view and digits by table: a third of the time of Buffer's own methods.
  const view = new DataView(
    buffer.buffer,
    buffer.byteOffset,
    buffer.byteLength,
  );
  let at = SIGNATURE.length;

  const writeInt4 = (value: number) => {
    view.setInt32(at, 4);
    view.setInt32(at + 4, value);
    at += 8;
  };
  const writeInt8 = (value: number) => {
    view.setInt32(at, 8);
    // Two halves: BigInt costs several times the rest of the row.
    const high = Math.floor(value / TWO_TO_32);
    view.setInt32(at + 4, high);
    view.setUint32(at + 8, value - high * TWO_TO_32);
    at += 12;
  };
  const writeBoolean = (value: boolean) => {
    view.setInt32(at, 1);
    view.setUint8(at + 4, value ? 1 : 0);
    at += 5;
  };
  const writeUuid = (text: string) => {
    view.setInt32(at, 16);
    at += 4;
    for (let index = 0; index < text.length; index += 2) {
      if (text.charCodeAt(index) === HYPHEN) index += 1;
      const high = HEX_DIGITS[text.charCodeAt(index)] ?? 0;
      const low = HEX_DIGITS[text.charCodeAt(index + 1)] ?? 0;
      view.setUint8(at, high * 16 + low);
      at += 1;
    }
  };

  for (const { ordinal, partition, offset, isFuture, event } of staged) {
    view.setInt16(at, COLUMN_COUNT);
    at += 2;
    writeInt4(ordinal);
    writeInt4(partition);
    writeInt8(offset);
    writeBoolean(isFuture);
    writeUuid(event.eventId);
    writeInt8(event.timestampMicros - POSTGRES_EPOCH_MICROS);
    writeInt4(event.userId);
    writeInt4(event.songId);
    writeInt4(event.artistId);
    writeInt4(event.albumId);
    writeInt4(event.deviceId);
    writeInt4(event.locationId);
    writeInt4(event.streamDurationSeconds);
    writeBoolean(event.isCompletePlay);
    writeBoolean(event.isSkipped);
    writeBoolean(event.isLiked);
    writeBoolean(event.isShared);
    writeBoolean(event.isAddedToPlaylist);
  }
  view.setInt16(at, -1);
  return buffer;
}
