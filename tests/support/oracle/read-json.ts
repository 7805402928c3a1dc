import { isUtf8 } from "node:buffer";

import { isCalendarDate, parseTimestamp } from "./parse-timestamp.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const INT32_MAX = 2_147_483_647;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The JSON value held by UTF-8 bytes, or undefined where they hold none; a byte order mark is not JSON. */
export function readJson(bytes: Uint8Array | null): unknown {
  if (bytes === null || !isUtf8(bytes)) {
    return undefined;
  }
  const text = Buffer.from(
    bytes.buffer,
    bytes.byteOffset,
    bytes.byteLength,
  ).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

export const isJsonObject = (json: unknown): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json);

function readInteger(
  object: JsonObject,
  name: string,
  minimum: number,
): number | undefined {
  const field = object[name];
  const isInRange =
    typeof field === "number" &&
    Number.isInteger(field) &&
    field >= minimum &&
    field <= INT32_MAX;
  return isInRange ? field : undefined;
}

/** An id, 1 to 2147483647; undefined where the field holds none. */
export const readId = (object: JsonObject, name: string): number | undefined =>
  readInteger(object, name, 1);

/** A count or a duration, 0 to 2147483647; undefined where the field holds none. */
export const readCount = (
  object: JsonObject,
  name: string,
): number | undefined => readInteger(object, name, 0);

/** A JSON boolean; undefined where the field holds none. */
export function readFlag(
  object: JsonObject,
  name: string,
): boolean | undefined {
  const field = object[name];
  return typeof field === "boolean" ? field : undefined;
}

/** A text that Postgres can store, so without U+0000; undefined where the field holds none. */
export function readText(object: JsonObject, name: string): string | undefined {
  const field = object[name];
  return typeof field === "string" && !field.includes("\0") ? field : undefined;
}

/** A UUID of any version in lower case; undefined where the field holds none. */
export function readUuid(object: JsonObject, name: string): string | undefined {
  const text = readText(object, name);
  return text !== undefined && UUID.test(text) ? text.toLowerCase() : undefined;
}

/** A time in microseconds since the epoch; undefined where the field holds none. */
export function readTimestamp(
  object: JsonObject,
  name: string,
): bigint | undefined {
  const text = readText(object, name);
  return text === undefined ? undefined : parseTimestamp(text);
}

/** A calendar date or a full timestamp as text; undefined where the field holds neither. */
export function readDate(object: JsonObject, name: string): string | undefined {
  const text = readText(object, name);
  const isDate =
    text !== undefined &&
    (isCalendarDate(text) || parseTimestamp(text) !== undefined);
  return isDate ? text : undefined;
}
