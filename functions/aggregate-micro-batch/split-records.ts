import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";
import type { MicroBatch, DecodedPlay } from "#shared/domain/micro-batch.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { Rejection } from "#shared/domain/rejection.ts";

/** How far a play may be ahead of its own record's timestamp; the present time is never asked. */
const FUTURE_TOLERANCE_MICROS = 5 * 60 * 1_000_000;

/** Decodes the records of one topic: the plays, and those rejected by their bytes alone. */
export function splitRecords(
  topic: string,
  records: readonly KafkaRecord[],
): MicroBatch {
  const plays: DecodedPlay[] = [];
  const rejections = new Map<number, Rejection>();
  for (const [ordinal, record] of records.entries()) {
    const decoded = decodeStreamEvent(record);
    if (decoded.ok) {
      const isFuture =
        decoded.value.timestampMicros >
        record.timestampMs * 1000 + FUTURE_TOLERANCE_MICROS;
      plays.push({
        ordinal,
        partition: record.partition,
        offset: record.offset,
        isFuture,
        event: decoded.value,
      });
    } else {
      rejections.set(ordinal, {
        record,
        reason: decoded.reason,
        detail: decoded.detail,
      });
    }
  }
  return { topic, records, plays, rejections };
}
