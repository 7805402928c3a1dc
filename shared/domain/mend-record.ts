import { decodeDimension } from "./decode-dimension.ts";
import { decodeStreamEvent } from "./decode-stream-event.ts";
import { type FieldChange, readFieldValue } from "./field-change.ts";
import { parseJson } from "./parse-json.ts";
import type { KafkaRecord } from "./record.ts";
import { type Dimension, DIMENSIONS, STREAM_EVENTS_TOPIC } from "./topics.ts";

/** A record's bytes with some fields changed, which can be read; or why they still cannot. */
export type Mended =
  | {
      readonly ok: true;
      readonly key: Uint8Array | null;
      readonly value: Uint8Array;
    }
  | { readonly ok: false; readonly detail: string };

const textEncoder = new TextEncoder();

/**
 * Changes fields of a record's value and leaves the others as they are; a value that is no JSON object is written anew
 * from the changes alone. The key follows the id, as the producer's does.
 */
export function mendRecord(
  { topic, value }: Pick<KafkaRecord, "topic" | "value">,
  changes: readonly FieldChange[],
): Mended {
  const fields: Record<string, unknown> = { ...readObject(value) };
  for (const change of changes) {
    const read = readFieldValue(topic, change);
    if (!read.ok) return read;
    fields[change.field] = read.value;
  }
  const mended = textEncoder.encode(JSON.stringify(fields));
  if (topic === STREAM_EVENTS_TOPIC) {
    const play = decodeStreamEvent({ value: mended });
    return play.ok
      ? {
          ok: true,
          key: textEncoder.encode(play.value.eventId),
          value: mended,
        }
      : play;
  }
  const dimension = DIMENSIONS.find((name) => name === topic);
  if (dimension === undefined)
    return { ok: false, detail: `${topic} is no topic of plays or dimensions` };
  const id = fields[idField(dimension)];
  const key = typeof id === "number" ? textEncoder.encode(String(id)) : null;
  const decoded = decodeDimension({ topic, key, value: mended });
  // A key that cannot be made is the fault of the field that it is made of.
  if (!decoded.ok && key === null)
    return {
      ok: false,
      detail: `/${idField(dimension)}: expected an integer from 1 to 2147483647`,
    };
  return decoded.ok ? { ok: true, key, value: mended } : decoded;
}

/** The field that holds a dimension's id. */
export function idField(dimension: Dimension): string {
  return `${dimension.slice(0, -1)}_id`;
}

function readObject(value: Uint8Array | null): object {
  const parsed = value === null ? undefined : parseJson(value);
  return parsed?.ok === true &&
    typeof parsed.value === "object" &&
    parsed.value !== null &&
    !Array.isArray(parsed.value)
    ? parsed.value
    : {};
}
