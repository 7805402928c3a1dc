import type { MiddlewareObj } from "@middy/core";

import type { KafkaRecord } from "#shared/domain/record.ts";
import { PipelineError } from "#shared/errors.ts";
import { inSpan } from "#shared/tracing/spans.ts";

/** What a handler of Kafka records receives: the records of all partitions, each partition's in offset order. */
export interface DecodedBatch {
  readonly records: readonly KafkaRecord[];
}

const EVENT_SOURCES: ReadonlySet<unknown> = new Set([
  "aws:kafka",
  "SelfManagedKafka",
]);

/**
 * Turns the event of a Kafka event source mapping (event-source-mapping.md, 5 to 8) into a `DecodedBatch`.
 *
 * @throws PipelineError `invalid_kafka_event` from the invocation for any other event
 */
export function decodeRecords(): MiddlewareObj {
  return {
    name: "decode-records",
    before: async (request) => {
      request.event = await inSpan("decode event", () =>
        decodeKafkaEvent(request.event),
      );
    },
  };
}

/**
 * Decodes one event: base64 to bytes, an absent key or value to `null`, signed header bytes to bytes.
 *
 * @throws PipelineError `invalid_kafka_event`
 */
export function decodeKafkaEvent(event: unknown): DecodedBatch {
  if (!isObject(event)) throw invalidEvent("the event", "an object", event);
  const { eventSource, records: recordsByPartition } = event;
  if (!EVENT_SOURCES.has(eventSource)) {
    throw invalidEvent(
      "eventSource",
      '"aws:kafka" or "SelfManagedKafka"',
      eventSource,
    );
  }
  if (!isObject(recordsByPartition))
    throw invalidEvent("records", "an object of lists", recordsByPartition);
  const records: KafkaRecord[] = [];
  for (const [name, list] of Object.entries(recordsByPartition)) {
    if (!Array.isArray(list))
      throw invalidEvent(`records["${name}"]`, "a list", list);
    for (const [index, record] of (list as unknown[]).entries()) {
      records.push(decodeRecord(record, `records["${name}"][${index}]`));
    }
  }
  return { records };
}

function decodeRecord(record: unknown, path: string): KafkaRecord {
  if (!isObject(record)) throw invalidEvent(path, "an object", record);
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  if (typeof topic !== "string")
    throw invalidEvent(`${path}.topic`, "text", topic);
  if (!isCount(partition))
    throw invalidEvent(`${path}.partition`, "a whole number from 0", partition);
  if (!isCount(offset))
    throw invalidEvent(`${path}.offset`, "a whole number from 0", offset);
  // Kafka writes -1 where it knows no time.
  if (!isWhole(timestamp))
    throw invalidEvent(`${path}.timestamp`, "whole milliseconds", timestamp);
  return {
    topic,
    partition,
    offset,
    timestampMs: timestamp,
    key: decodeBase64(key, `${path}.key`),
    value: decodeBase64(value, `${path}.value`),
    headers: decodeHeaders(headers, `${path}.headers`),
  };
}

function decodeBase64(text: unknown, path: string): Uint8Array | null {
  if (text === undefined || text === null) return null;
  if (typeof text !== "string")
    throw invalidEvent(path, "base64 text, null or nothing", text);
  const bytes = Buffer.from(text, "base64");
  // Node skips what is no base64: bytes would be missing without a word.
  if (text.length % 4 !== 0 || bytes.length !== countBytes(text))
    throw invalidEvent(path, "base64 text", text);
  return bytes;
}

function countBytes(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : Number(base64.endsWith("="));
  return (base64.length / 4) * 3 - padding;
}

function decodeHeaders(
  headers: unknown,
  path: string,
): (readonly [name: string, value: Uint8Array])[] {
  if (headers === undefined || headers === null) return [];
  if (!Array.isArray(headers)) throw invalidEvent(path, "a list", headers);
  return (headers as unknown[]).flatMap((header, index) => {
    if (!isObject(header))
      throw invalidEvent(`${path}[${index}]`, "an object", header);
    return Object.entries(header).map(
      ([name, bytes]): readonly [string, Uint8Array] => {
        if (!isByteList(bytes))
          throw invalidEvent(
            `${path}[${index}]`,
            "a list of bytes from -128 to 127",
            bytes,
          );
        // Signed bytes wrap around to 0..255.
        return [name, Uint8Array.from(bytes)];
      },
    );
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return isWhole(value) && value >= 0;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isByteList(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.every(
      (byte) =>
        Number.isInteger(byte) && Number(byte) >= -128 && Number(byte) <= 255,
    )
  );
}

/** Names the type found and not the value: the event holds payloads. */
function invalidEvent(
  path: string,
  expected: string,
  found: unknown,
): PipelineError {
  const kind =
    found === null ? "null" : Array.isArray(found) ? "a list" : typeof found;
  const shown =
    typeof found === "string" || typeof found === "number"
      ? `an unusable ${kind}`
      : kind;
  return new PipelineError(
    `This is no event of a Kafka event source mapping: ${path} is ${shown}, expected ${expected}. ` +
      "Invoke the function through its event source mapping, or with an event of the same shape.",
    { code: "invalid_kafka_event", domain: "user" },
  );
}
