import { readDeadRecord } from "#functions/dead-letter/read-dead-record.ts";
import {
  type FollowOptions,
  followTopic,
} from "#shared/adapters/kafka/follow-topic.ts";
import { formatPosition } from "#shared/domain/dead-letter.ts";
import type { StoredLetter } from "#shared/domain/read-letter.ts";
import { encodeBytes } from "#shared/domain/encoded-bytes.ts";
import { nearestMicros } from "#shared/domain/redrive-headers.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";
import { DEAD_LETTER_TOPIC } from "#shared/domain/topics.ts";
import { fitsLetter, type LetterFilter } from "./letter-filter.ts";
import { printable } from "./printable.ts";

export interface TailOptions extends Omit<FollowOptions, "topic"> {
  readonly kafkaBootstrapServers: string;
  readonly filter: LetterFilter;
}

/** Hands over the letters of the dead-letter topic as they come, read as they will be stored. */
export async function tailLetters(
  { kafkaBootstrapServers, filter, ...options }: TailOptions,
  onLetter: (letter: StoredLetter) => void,
): Promise<void> {
  await followTopic(
    { bootstrapServers: kafkaBootstrapServers.split(",") },
    { ...options, topic: DEAD_LETTER_TOPIC },
    (record) => {
      const letter = readDeadRecord(record);
      if (fitsLetter(filter, letter)) onLetter(letter);
    },
  );
}

/** Returns a letter as one line for people. */
export function renderLetterLine({
  record,
  reason,
  detail,
  attempt,
}: StoredLetter): string {
  const takenAt = formatTimestamp(nearestMicros(record.timestampMs));
  return [
    takenAt,
    printable(reason),
    printable(formatPosition(record)),
    `attempt ${attempt}`,
    printable(detail),
  ].join("  ");
}

/** Returns a letter as a line of JSON, bytes restorable. */
export function renderLetterJson({ record, ...letter }: StoredLetter): string {
  const { topic, partition, offset, timestampMs } = record;
  return JSON.stringify({
    reason: letter.reason,
    detail: letter.detail,
    missing_references: letter.missingReferences,
    source: { topic, partition, offset, timestamp_ms: timestampMs },
    attempt: letter.attempt,
    first_seen_at: formatTimestamp(letter.firstSeenAtMicros),
    origin: letter.origin,
    handler_version: letter.handlerVersion,
    key: record.key === null ? null : encodeBytes(record.key),
    value: record.value === null ? null : encodeBytes(record.value),
    headers: record.headers.map(([name, value]) => [name, encodeBytes(value)]),
  });
}
