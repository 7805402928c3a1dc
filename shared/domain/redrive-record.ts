import { decodeStreamEvent } from "./decode-stream-event.ts";
import type { KafkaRecord } from "./record.ts";
import { REDRIVE_HEADERS } from "./redrive-headers.ts";
import { formatTimestamp } from "./timestamp.ts";

/** What a letter holds of its record and of the way that it has come. */
export interface RedriveOrigin {
  /** The record as it was rejected. */
  readonly record: KafkaRecord;
  /** The play that an operator sends in its place, `null` where the original is sent. */
  readonly mendedValue: Uint8Array | null;
  /** Attempts so far. */
  readonly attempt: number;
  readonly firstSeenAtMicros: number;
  readonly origin: string;
}

const textEncoder = new TextEncoder();
const OWN_HEADERS = new Set<string>(Object.values(REDRIVE_HEADERS));

/** The record once more, with headers that say which attempt this is and where it began. */
export function redriveRecord({
  record,
  mendedValue,
  attempt,
  firstSeenAtMicros,
  origin,
}: RedriveOrigin): Pick<KafkaRecord, "key" | "value" | "headers"> {
  const added = {
    [REDRIVE_HEADERS.attempt]: String(attempt + 1),
    [REDRIVE_HEADERS.firstSeenAt]: formatTimestamp(firstSeenAtMicros),
    [REDRIVE_HEADERS.origin]: origin,
  };
  return {
    key: mendedValue === null ? record.key : readKey(mendedValue, record.key),
    value: mendedValue ?? record.value,
    headers: [
      ...record.headers.filter(([name]) => !OWN_HEADERS.has(name)),
      ...Object.entries(added).map(
        ([name, text]) => [name, textEncoder.encode(text)] as const,
      ),
    ],
  };
}

/** The key of a play is its event_id, which may be what was mended. */
function readKey(
  value: Uint8Array,
  originalKey: Uint8Array | null,
): Uint8Array | null {
  const play = decodeStreamEvent({ value });
  return play.ok ? textEncoder.encode(play.value.eventId) : originalKey;
}
