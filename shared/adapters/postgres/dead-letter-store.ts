import { formatPosition } from "#shared/domain/dead-letter.ts";
import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";
import type { Outcome, RecordOutcome } from "#shared/domain/ledger.ts";
import type { StoredLetter } from "#shared/domain/read-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { DeadLetterStore } from "#shared/ports/dead-letter-store.ts";
import { loadStatement } from "#shared/sql.ts";
import { traceRecords } from "#shared/tracing/trace-records.ts";

import { enterLedger, lockLedger } from "./ledger.ts";
import { hashPayload, toCalendarMs } from "./record-identity.ts";
import { createSession, type Session, type SessionOptions } from "./session.ts";

const textEncoder = new TextEncoder();
const storeDeadLetters = loadStatement(
  "queries/dead-letter/store_dead_letters",
);

/** The table of dead letters over one connection, opened on first use. */
export function createDeadLetterStore(
  options: Omit<SessionOptions, "onConnect">,
): DeadLetterStore & Pick<Session, "close"> {
  const session = createSession(options);
  return {
    close: () => session.close(),
    storeLetters: (topic, records, letters) =>
      traceRecords(records, () =>
        session.transaction(async (transaction) => {
          const ledgerRows = await lockLedger(transaction, topic, records);
          const stored = await transaction.query<{ ordinal: number }>(
            storeDeadLetters,
            [JSON.stringify(letters.map(toRow))],
          );
          const isNew = new Set(stored.map(({ ordinal }) => ordinal));
          const outcomes = records.map((position, ordinal): RecordOutcome => ({
            position,
            outcome: judge(letters[ordinal], isNew.has(ordinal)),
          }));
          await enterLedger(transaction, topic, ledgerRows, outcomes);
          return outcomes;
        }),
      ),
  };
}

function judge(letter: StoredLetter | undefined, isNew: boolean): Outcome {
  if (letter?.isReadable === false)
    return { kind: "rejected", reason: "unreadable_letter" };
  return isNew ? { kind: "accepted", isLate: false } : { kind: "duplicate" };
}

function toRow(
  { record, ...letter }: StoredLetter,
  ordinal: number,
): Record<string, unknown> {
  return {
    ordinal,
    source_topic: record.topic,
    source_partition: record.partition,
    source_offset: record.offset,
    source_timestamp_ms: toCalendarMs(record.timestampMs),
    payload_sha256: hashPayload(record).toString("base64"),
    reason: letter.reason,
    detail: letter.detail,
    missing_references: letter.missingReferences,
    attempt: letter.attempt,
    first_seen_at: formatTimestamp(letter.firstSeenAtMicros),
    handler_version: letter.handlerVersion,
    origin: letter.origin ?? formatPosition(record),
    event_id: readEventId(record, letter.reason),
    original_key: toBase64(record.key),
    original_value: toBase64(record.value),
    // Names too: Kafka allows U+0000 in them, and jsonb does not.
    original_headers: record.headers.map(([name, value]) => [
      toBase64(textEncoder.encode(name)),
      toBase64(value),
    ]),
  };
}

/** Of a play that can be read; a record that handlers died of is not read here either. */
function readEventId(record: KafkaRecord, reason: string): string | null {
  if (record.topic !== STREAM_EVENTS_TOPIC || reason === "handler_crash")
    return null;
  const decoded = decodeStreamEvent(record);
  return decoded.ok ? decoded.value.eventId : null;
}

function toBase64(bytes: Uint8Array | null): string | null {
  return bytes === null
    ? null
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
        "base64",
      );
}
