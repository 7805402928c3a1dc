import type { RejectionReason } from "#shared/domain/rejection.ts";
import { makePlayJson, type PlayFields } from "./make-plays.ts";

/** A record that must neither stop the pipeline nor cost another record, and what becomes of it. */
export interface PoisonRecord {
  readonly name: string;
  readonly eventId: string;
  readonly key?: string | null;
  readonly value: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  readonly outcome: "accepted" | RejectionReason;
}

type Outcome = PoisonRecord["outcome"];

/** Below the broker's `message.max.bytes` with key and envelope, and a megabyte all the same. */
const LARGE_BYTES = 1_000_000;
const DEPTH = 100_000;
const NO_SUCH_ID = 2_147_483_647;

/** The faults 15 and 16 of faults.md, with their stated outcomes. */
export const POISON_RECORDS: readonly PoisonRecord[] = [
  raw("text that is not JSON", "a play", "malformed_json"),
  raw("JSON that ends too soon", makePlayJson().slice(0, -1), "malformed_json"),
  raw("JSON with something behind it", `${makePlayJson()}}`, "malformed_json"),
  raw("an empty value", "", "malformed_json"),
  raw("no value", null, "malformed_json"),
  raw(
    "a byte that UTF-8 never uses",
    spoilByte(makePlayJson(), 0xff),
    "malformed_json",
  ),
  raw(
    "a byte order mark before JSON",
    `\uFEFF${makePlayJson()}`,
    "malformed_json",
  ),
  raw("the JSON value null", "null", "invalid_schema"),
  raw("a list", `[${makePlayJson()}]`, "invalid_schema"),
  raw(
    "a list nested a hundred thousand times",
    "[".repeat(DEPTH) + "]".repeat(DEPTH),
    "invalid_schema",
  ),
  raw("a megabyte that is not JSON", "x".repeat(LARGE_BYTES), "malformed_json"),
  raw("NaN", replaceJson("stream_duration_seconds", "NaN"), "malformed_json"),
  raw(
    "a number beyond every double",
    replaceJson("user_id", "1e999"),
    "invalid_schema",
  ),
  raw(
    "a play whose fields are those of its prototype",
    `{"__proto__":${makePlayJson()}}`,
    "invalid_schema",
  ),
  play(
    "U+0000 in an id",
    { event_id: "00000000-0000-4000-8000-00000000000\u0000" },
    "invalid_schema",
  ),
  play(
    "SQL in an id",
    { event_id: "'; drop table stream_events; --" },
    "invalid_schema",
  ),
  play("an id that is no uuid", { event_id: "42" }, "invalid_schema"),
  play(
    "an integer that overflows",
    { song_id: 2_147_483_648 },
    "invalid_schema",
  ),
  play("an id of zero", { album_id: 0 }, "invalid_schema"),
  play("a fraction for an integer", { device_id: 1.5 }, "invalid_schema"),
  play("text for an integer", { user_id: "1" }, "invalid_schema"),
  play("a number for a flag", { is_liked: 1 }, "invalid_schema"),
  play("null for a field", { location_id: null }, "invalid_schema"),
  play("a missing field", { is_shared: undefined }, "invalid_schema"),
  play(
    "a negative duration",
    { stream_duration_seconds: -1 },
    "invalid_schema",
  ),
  play(
    "a day that does not exist",
    { timestamp: "2026-02-30T12:00:00Z" },
    "invalid_schema",
  ),
  play(
    "a number for a timestamp",
    { timestamp: 1_772_366_400 },
    "invalid_schema",
  ),
  play(
    "a leap second",
    { timestamp: "2026-06-30T23:59:60Z" },
    "invalid_schema",
  ),
  play(
    "the year 2099",
    { timestamp: "2099-01-01T00:00:00Z" },
    "future_timestamp",
  ),
  play(
    "a user that does not exist",
    { user_id: NO_SUCH_ID },
    "unknown_reference",
  ),
  play(
    "a song and an album that do not exist",
    { song_id: NO_SUCH_ID, album_id: 999_999 },
    "unknown_reference",
  ),
  play(
    "six dimensions that do not exist",
    {
      user_id: 900_001,
      song_id: 900_002,
      artist_id: 900_003,
      album_id: 900_004,
      device_id: 900_005,
      location_id: 900_006,
    },
    "unknown_reference",
  ),
  play("a field that nobody knows", { mood: "happy" }, "accepted"),
  play("U+0000 in a field that nobody knows", { mood: "\u0000" }, "accepted"),
  play(
    "half a surrogate pair in a field that nobody knows",
    { mood: "\uD800" },
    "accepted",
  ),
  play(
    "a megabyte in a field that nobody knows",
    { padding: "x".repeat(LARGE_BYTES) },
    "accepted",
  ),
  play(
    "the greatest duration",
    { stream_duration_seconds: 2_147_483_647 },
    "accepted",
  ),
  play(
    "an id in capital letters",
    { event_id: "0198A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B" },
    "accepted",
  ),
  play("a whole number written as a fraction", {}, "accepted", (json) =>
    json.replace('"user_id":1', '"user_id":1.0'),
  ),
  play("a repeated key, of which the last counts", {}, "accepted", (json) =>
    json.replace("{", '{"user_id":900001,'),
  ),
  play("a field called __proto__", {}, "accepted", (json) =>
    json.replace("{", '{"__proto__":{"user_id":900001},'),
  ),
  play("deep nesting in a field that nobody knows", {}, "accepted", (json) =>
    json.replace("{", `{"deep":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)},`),
  ),
  { ...play("no key", {}, "accepted"), key: null },
  {
    ...raw("headers of text and of bytes", "no play", "malformed_json"),
    key: "a key of its own",
    headers: {
      trace: "abc",
      empty: "",
      "U+0000 \u0000": "in a name",
      bytes: Buffer.from([0, 127, 128, 255]),
    },
  },
];

function raw(
  name: string,
  value: string | Uint8Array | null,
  outcome: Outcome,
): PoisonRecord {
  return { name, eventId: crypto.randomUUID(), value, outcome };
}

function play(
  name: string,
  fields: PlayFields,
  outcome: Outcome,
  change: (json: string) => string = (json) => json,
): PoisonRecord {
  const { event_id: eventId = crypto.randomUUID() } = fields;
  return {
    name,
    eventId: String(eventId).toLowerCase(),
    value: change(makePlayJson({ event_id: eventId, ...fields })),
    outcome,
  };
}

function replaceJson(field: string, literal: string): string {
  return makePlayJson().replace(
    new RegExp(`"${field}":[^,}]+`),
    `"${field}":${literal}`,
  );
}

function spoilByte(json: string, byte: number): Uint8Array {
  const bytes = Buffer.from(json);
  bytes[14] = byte;
  return bytes;
}
