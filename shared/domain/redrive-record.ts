import type { KafkaRecord } from "./record.ts";
import { REDRIVE_HEADERS } from "./redrive-headers.ts";
import { formatTimestamp } from "./timestamp.ts";

/** What a letter holds of its record and of the way that it has come. */
export interface RedriveOrigin {
  /** The record as it was rejected. */
  readonly record: KafkaRecord;
  /** Attempts so far. */
  readonly attempt: number;
  readonly firstSeenAtMicros: number;
  readonly origin: string;
}

const textEncoder = new TextEncoder();
const OWN_HEADERS = new Set<string>(Object.values(REDRIVE_HEADERS));

/** The original bytes once more, with headers that say which attempt this is and where it began. */
export function redriveRecord(
  { record, attempt, firstSeenAtMicros, origin }: RedriveOrigin,
  value: Uint8Array | null = record.value,
): Pick<KafkaRecord, "key" | "value" | "headers"> {
  const added = {
    [REDRIVE_HEADERS.attempt]: String(attempt + 1),
    [REDRIVE_HEADERS.firstSeenAt]: formatTimestamp(firstSeenAtMicros),
    [REDRIVE_HEADERS.origin]: origin,
  };
  return {
    key: record.key,
    value,
    headers: [
      ...record.headers.filter(([name]) => !OWN_HEADERS.has(name)),
      ...Object.entries(added).map(
        ([name, text]) => [name, textEncoder.encode(text)] as const,
      ),
    ],
  };
}
