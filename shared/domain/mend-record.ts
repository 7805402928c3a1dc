import { decodeDimension } from "./decode-dimension.ts";
import { decodeStreamEvent } from "./decode-stream-event.ts";
import { type FieldChange, readFieldValue } from "./field-change.ts";
import { decodeUtf8, parseJson } from "./parse-json.ts";
import type { KafkaRecord } from "./record.ts";
import { replaceFields } from "./replace-fields.ts";
import { type Dimension, DIMENSIONS, STREAM_EVENTS_TOPIC } from "./topics.ts";

/** A record's bytes with some fields changed, which can be read; or why they still cannot. */
export type Mended =
  | {
      readonly ok: true;
      readonly key: Uint8Array;
      readonly value: Uint8Array;
    }
  | { readonly ok: false; readonly detail: string };

const textEncoder = new TextEncoder();
const GREATEST_ID = 2_147_483_647;

/**
 * Changes fields of a record's value and leaves the others as they are; a value that is no JSON object is written anew
 * from the changes alone. The key follows the id, as the producer's does.
 */
export function mendRecord(
  { topic, value }: Pick<KafkaRecord, "topic" | "value">,
  changes: readonly FieldChange[],
): Mended {
  const values = new Map<string, unknown>();
  for (const change of changes) {
    const read = readFieldValue(topic, change);
    if (!read.ok) return read;
    values.set(change.field, read.value);
  }
  const json = replaceFields(readObject(value), values);
  const mended = textEncoder.encode(json);
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
  const key = makeKey(json, idField(dimension));
  // A key that cannot be made is the fault of the field that it is made of.
  if (key === undefined)
    return {
      ok: false,
      detail: `/${idField(dimension)}: expected an integer from 1 to 2147483647`,
    };
  const decoded = decodeDimension({ topic, key, value: mended });
  return decoded.ok ? { ok: true, key, value: mended } : decoded;
}

/** The field that holds a dimension's id. */
export function idField(dimension: Dimension): string {
  return `${dimension.slice(0, -1)}_id`;
}

/** The id as the text of a record's key; `undefined` where it is none. */
function makeKey(json: string, field: string): Uint8Array | undefined {
  const row: Readonly<Record<string, unknown>> = JSON.parse(json);
  const id = row[field];
  return Number.isInteger(id) && Number(id) >= 1 && Number(id) <= GREATEST_ID
    ? textEncoder.encode(String(id))
    : undefined;
}

/** The text of a JSON object; an empty one in the place of anything else. */
function readObject(value: Uint8Array | null): string {
  const parsed = value === null ? undefined : parseJson(value);
  const isObject =
    parsed?.ok === true &&
    typeof parsed.value === "object" &&
    parsed.value !== null &&
    !Array.isArray(parsed.value);
  return isObject && value !== null ? (decodeUtf8(value) ?? "{}") : "{}";
}
