import { type DeadLetter, decodeDeadLetter } from "./dead-letter.ts";
import type { KafkaRecord } from "./record.ts";
import { nearestMicros } from "./redrive-headers.ts";

/** A letter as it is stored; `isReadable` is false where the record in the dead-letter topic is no letter of ours. */
export interface StoredLetter extends Omit<DeadLetter, "rejectedAtMicros"> {
  readonly isReadable: boolean;
}

/**
 * Reads a record of the dead-letter topic. One that is no letter is not lost either: it is stored as a letter about
 * itself, with the reason `unreadable_letter`, for there is no further topic to send it to.
 */
export function readLetter(record: KafkaRecord): StoredLetter {
  const decoded =
    record.value === null
      ? ({ ok: false, detail: "expected JSON, found no value" } as const)
      : decodeDeadLetter(record.value);
  if (decoded.ok) return { ...decoded.value, isReadable: true };
  return {
    isReadable: false,
    record,
    reason: "unreadable_letter",
    detail: decoded.detail,
    missingReferences: [],
    attempt: 1,
    origin: null,
    firstSeenAtMicros: nearestMicros(record.timestampMs),
    handlerVersion: "unknown",
  };
}
