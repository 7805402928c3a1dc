import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { ExpectedTables } from "#tests/support/oracle/types.ts";
import { findPartition } from "./incarnations.ts";
import type { TopicRecord } from "./topic-client.ts";

/** A dead letter as the test reads it. */
export type LetterRow = Readonly<{
  topic: string;
  partition: number;
  offset: number;
  timestamp_ms: string;
  reason: string;
  resolution: string | null;
  key: Uint8Array | null;
  value: Uint8Array | null;
  /** Names and values in base64. */
  headers: readonly (readonly [name: string, value: string])[];
}>;

/**
 * Lists where the dead letters of `stream-events` are not as the oracle says: one for each rejected record and no
 * other, with its reason, and with what the record held byte for byte. A record that was there in several incarnations
 * (`ofIncarnation`) has one letter.
 */
export function compareLetters(
  letters: readonly LetterRow[],
  records: readonly TopicRecord[],
  { outcomes, orderDependentIds }: ExpectedTables,
): string[] {
  const plays = records.filter(({ topic }) => topic === STREAM_EVENTS_TOPIC);
  const recordAt = new Map(plays.map((record) => [nameOf(record), record]));
  const nameAt = new Map(
    plays.map((record) => [
      `${record.partition}:${record.offset}`,
      nameOf(record),
    ]),
  );
  const dependent = new Set(orderDependentIds);
  const expected = new Map<string, string>();
  const uncertain = new Set<string>();
  for (const { eventId, outcome, partition, offset } of outcomes) {
    const name = nameAt.get(`${partition}:${offset}`) ?? "";
    if (eventId !== null && dependent.has(eventId)) uncertain.add(name);
    else if (outcome.startsWith("rejected:"))
      expected.set(name, outcome.slice("rejected:".length));
  }
  const differences: string[] = [];
  const seen = new Set<string>();
  for (const letter of letters) {
    const name = nameOf(letter);
    if (seen.has(name)) differences.push(`letter ${name} is there twice`);
    seen.add(name);
    // Published before a rollback; when its record came again, it was accepted.
    const hasLanded =
      letter.resolution === "landed" && expected.get(name) === undefined;
    if (
      !uncertain.has(name) &&
      !hasLanded &&
      expected.get(name) !== letter.reason
    ) {
      differences.push(
        `letter ${name}: ${letter.reason}, expected ${expected.get(name) ?? "none"}`,
      );
    }
    const record = recordAt.get(name);
    if (record === undefined)
      differences.push(`letter ${name}: there is no such record`);
    else
      differences.push(
        ...compareContent(letter, record).map(
          (part) => `letter ${name}: another ${part}`,
        ),
      );
  }
  for (const [name, reason] of expected) {
    if (!seen.has(name))
      differences.push(`letter ${name} is missing, expected ${reason}`);
  }
  return differences;
}

/** Offsets come again when a topic is made anew, but with later times. */
const nameOf = ({
  partition,
  offset,
  ...time
}: Pick<TopicRecord, "partition" | "offset"> &
  (
    Pick<TopicRecord, "timestampMs"> | Pick<LetterRow, "timestamp_ms">
  )): string =>
  `${findPartition(partition)}:${offset} of ${"timestampMs" in time ? time.timestampMs : time.timestamp_ms}`;

function compareContent(letter: LetterRow, record: TopicRecord): string[] {
  const original = record.headers.map(
    ([name, bytes]) => [toBase64(Buffer.from(name)), toBase64(bytes)] as const,
  );
  return [
    ...(toBase64(letter.key) === toBase64(record.key) ? [] : ["key"]),
    ...(toBase64(letter.value) === toBase64(record.value) ? [] : ["value"]),
    ...(JSON.stringify(letter.headers) === JSON.stringify(original)
      ? []
      : ["headers"]),
  ];
}

function toBase64(bytes: Uint8Array): string;
function toBase64(bytes: Uint8Array | null): string | null;
function toBase64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString("base64");
}
