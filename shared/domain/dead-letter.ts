import deadLetterSchema from "#shared/schemas/dead-letter-queue.json" with { type: "json" };

import { compileSchema, describeViolation } from "./compile-schema.ts";
import { type Decoded, invalidSchema } from "./decoded.ts";
import {
  decodeBytes,
  encodeBytes,
  type EncodedBytes,
} from "./encoded-bytes.ts";
import { parseJson } from "./parse-json.ts";
import type { KafkaRecord, RecordPosition } from "./record.ts";
import { nearestMicros, readRedriveHistory } from "./redrive-headers.ts";
import type { MissingReference, Rejection } from "./rejection.ts";
import { formatTimestamp, parseTimestamp } from "./timestamp.ts";
import { readTraceHeaders } from "./trace-headers.ts";

/** A record of `dead-letter-queue`, ready to be published. */
export interface EncodedDeadLetter {
  /** `<topic>-<partition>-<offset>` of the rejected record. */
  readonly key: string;
  /** UTF-8 encoded JSON, see `shared/schemas/dead-letter-queue.json`. */
  readonly value: Uint8Array;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** A rejected record with its bytes restored and what is known of its rejections. */
export interface DeadLetter {
  /** The original bytes and the position at which they were rejected. */
  readonly record: KafkaRecord;
  /** A reason code; a newer version of the code may write others than this one knows. */
  readonly reason: string;
  readonly detail: string;
  readonly missingReferences: readonly MissingReference[];
  readonly attempt: number;
  readonly firstSeenAtMicros: number;
  /** Key of the record's first letter when this one is a redriven record's, else `null`. */
  readonly origin: string | null;
  readonly rejectedAtMicros: number;
  readonly handlerVersion: string;
}

interface DeadLetterJson {
  readonly reason: string;
  readonly detail: string;
  readonly missing_references: readonly MissingReference[];
  readonly source: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly timestamp: string;
    readonly timestamp_ms: number;
  };
  readonly attempt: number;
  readonly first_seen_at: string;
  readonly origin: string | null;
  readonly rejected_at: string;
  readonly handler_version: string;
  readonly key: EncodedBytes | null;
  readonly value: EncodedBytes | null;
  readonly headers: readonly (readonly [name: string, value: EncodedBytes])[];
}

const textEncoder = new TextEncoder();
const isDeadLetterJson = compileSchema<DeadLetterJson>(deadLetterSchema);

/** The name by which people and keys call a record: `<topic>-<partition>-<offset>`. */
export function formatPosition({
  topic,
  partition,
  offset,
}: Omit<RecordPosition, "timestampMs">): string {
  return `${topic}-${partition}-${offset}`;
}

/** Writes the letter of a rejected record; `atMs` is the moment of the rejection, milliseconds since the epoch. */
export function encodeDeadLetter(
  { record, reason, detail, missingReferences = [] }: Rejection,
  {
    functionVersion,
    atMs,
  }: { readonly functionVersion: string; readonly atMs: number },
): EncodedDeadLetter {
  const { attempt, firstSeenAtMicros, origin } = readRedriveHistory(record);
  const json: DeadLetterJson = {
    reason,
    detail,
    missing_references: missingReferences.map(({ dimension, id }) => ({
      dimension,
      id,
    })),
    source: {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp: formatTimestamp(nearestMicros(record.timestampMs)),
      timestamp_ms: record.timestampMs,
    },
    attempt,
    first_seen_at: formatTimestamp(firstSeenAtMicros),
    origin,
    rejected_at: formatTimestamp(nearestMicros(atMs)),
    handler_version: functionVersion,
    key: record.key === null ? null : encodeBytes(record.key),
    value: record.value === null ? null : encodeBytes(record.value),
    headers: record.headers.map(([name, value]) => [name, encodeBytes(value)]),
  };
  return {
    key: formatPosition(record),
    value: textEncoder.encode(JSON.stringify(json)),
    headers: [
      // For those who filter the topic without parsing it.
      ["dead-letter-reason", textEncoder.encode(reason)],
      // What becomes of the letter belongs to the record's trace.
      ...readTraceHeaders(record.headers),
    ],
  };
}

/** Reads the value of a record of `dead-letter-queue`, the inverse of `encodeDeadLetter`. */
export function decodeDeadLetter(value: Uint8Array): Decoded<DeadLetter> {
  const parsed = parseJson(value);
  if (!parsed.ok) return parsed;
  const json = parsed.value;
  if (!isDeadLetterJson(json)) return describeViolation(isDeadLetterJson);

  const firstSeenAtMicros = parseTimestamp(json.first_seen_at);
  if (firstSeenAtMicros === undefined)
    return invalidSchema("/first_seen_at", "expected an RFC 3339 timestamp");
  const rejectedAtMicros = parseTimestamp(json.rejected_at);
  if (rejectedAtMicros === undefined)
    return invalidSchema("/rejected_at", "expected an RFC 3339 timestamp");

  const key = decodeOptionalBytes(json.key);
  if (key === undefined) return invalidSchema("/key/data", "expected base64");
  const originalValue = decodeOptionalBytes(json.value);
  if (originalValue === undefined)
    return invalidSchema("/value/data", "expected base64");
  const headers: [string, Uint8Array][] = [];
  for (const [name, encoded] of json.headers) {
    const bytes = decodeBytes(encoded);
    if (bytes === undefined)
      return invalidSchema(
        `/headers/${headers.length}/1/data`,
        "expected base64",
      );
    headers.push([name, bytes]);
  }

  const { topic, partition, offset, timestamp_ms: timestampMs } = json.source;
  return {
    ok: true,
    value: {
      record: {
        topic,
        partition,
        offset,
        timestampMs,
        key,
        value: originalValue,
        headers,
      },
      reason: json.reason,
      detail: json.detail,
      missingReferences: json.missing_references,
      attempt: json.attempt,
      firstSeenAtMicros,
      origin: json.origin,
      rejectedAtMicros,
      handlerVersion: json.handler_version,
    },
  };
}

function decodeOptionalBytes(
  encoded: EncodedBytes | null,
): Uint8Array | null | undefined {
  return encoded === null ? null : decodeBytes(encoded);
}
