import { parseTimestamp } from "#shared/domain/timestamp.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";

/** A row of `dead_letters`, as the statements of the redrive return it. */
export interface LetterRow {
  // bigint arrives as text.
  readonly dead_letter_id: string;
  readonly source_topic: string;
  readonly source_partition: number;
  readonly source_offset: string;
  readonly source_timestamp_ms: string;
  readonly reason: string;
  readonly attempt: number;
  /** RFC 3339, UTC. */
  readonly first_seen_at: string;
  readonly origin: string;
  readonly original_key: Buffer | null;
  readonly original_value: Buffer | null;
  readonly mended_value: Buffer | null;
  /** Names and values in base64. */
  readonly original_headers: readonly (readonly [string, string])[];
}

/** Restores the record of a letter, byte for byte; throws where the row has no readable time, which the table forbids. */
export function readLetterRow(row: LetterRow): DueLetter {
  const firstSeenAtMicros = parseTimestamp(row.first_seen_at);
  if (firstSeenAtMicros === undefined)
    throw new Error(`dead letter ${row.dead_letter_id} has no time`);
  return {
    id: row.dead_letter_id,
    reason: row.reason,
    attempt: row.attempt,
    firstSeenAtMicros,
    origin: row.origin,
    mendedValue: row.mended_value,
    record: {
      topic: row.source_topic,
      partition: row.source_partition,
      offset: Number(row.source_offset),
      timestampMs: Number(row.source_timestamp_ms),
      key: row.original_key,
      value: row.original_value,
      headers: row.original_headers.map(([name, value]) => [
        Buffer.from(name, "base64").toString(),
        Buffer.from(value, "base64"),
      ]),
    },
  };
}
