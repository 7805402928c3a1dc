import { decodeUtf8 } from "./parse-json.ts";
import type { KafkaRecord } from "./record.ts";
import { parseTimestamp, TIMESTAMP_RANGE_MICROS } from "./timestamp.ts";

/** Headers that a redriven record carries beside its original ones. */
export const REDRIVE_HEADERS = {
  /** Which attempt this is, in decimal digits: 2 at the first redrive. */
  attempt: "redrive-attempt",
  /** When the record was first rejected or seen, RFC 3339. */
  firstSeenAt: "redrive-first-seen-at",
  /** `<topic>-<partition>-<offset>` of the first letter. */
  origin: "redrive-origin",
} as const;

/** As in the schema of letters: whoever can send plays can send this header, and it must not make a letter unreadable. */
const ORIGIN = /^[a-zA-Z0-9._-]{1,249}-\d{1,10}-\d{1,16}$/;

/** What a record's headers say of earlier attempts. */
export interface RedriveHistory {
  readonly attempt: number;
  readonly firstSeenAtMicros: number;
  readonly origin: string | null;
}

/** Reads the redrive headers; what is absent or unreadable counts as a first attempt at the record's own time. */
export function readRedriveHistory(
  record: Pick<KafkaRecord, "headers" | "timestampMs">,
): RedriveHistory {
  const attemptText = readHeader(record, REDRIVE_HEADERS.attempt);
  const firstSeenAt = readHeader(record, REDRIVE_HEADERS.firstSeenAt);
  const origin = readHeader(record, REDRIVE_HEADERS.origin);
  return {
    attempt:
      attemptText !== undefined && /^[1-9]\d{0,8}$/.test(attemptText)
        ? Number(attemptText)
        : 1,
    firstSeenAtMicros:
      (firstSeenAt === undefined ? undefined : parseTimestamp(firstSeenAt)) ??
      nearestMicros(record.timestampMs),
    origin: origin !== undefined && ORIGIN.test(origin) ? origin : null,
  };
}

/** Milliseconds as microseconds within the calendar: a producer's clock may say anything, and no letter may fail by it. */
export function nearestMicros(timestampMs: number): number {
  return Math.min(
    Math.max(timestampMs * 1000, TIMESTAMP_RANGE_MICROS.first),
    TIMESTAMP_RANGE_MICROS.last,
  );
}

/** The text of the last header of a name, as Kafka's own clients read it. */
function readHeader(
  { headers }: Pick<KafkaRecord, "headers">,
  name: string,
): string | undefined {
  const header = headers.findLast(([headerName]) => headerName === name);
  return header === undefined ? undefined : decodeUtf8(header[1]);
}
