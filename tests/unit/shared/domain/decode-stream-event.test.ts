import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";

const PLAY = {
  event_id: "0198C0DE-0000-7000-8000-00000000ABCD",
  user_id: 1,
  song_id: 2,
  artist_id: 3,
  album_id: 4,
  device_id: 5,
  location_id: 6,
  timestamp: "2026-01-01T00:00:00.123456Z",
  stream_duration_seconds: 180,
  is_complete_play: true,
  is_skipped: false,
  is_liked: true,
  is_shared: false,
  is_added_to_playlist: false,
};
const ID = "an integer from 1 to 2147483647";
const bytesOf = (value: unknown) =>
  new TextEncoder().encode(
    typeof value === "string" ? value : JSON.stringify(value),
  );
const decode = (value: unknown) => decodeStreamEvent({ value: bytesOf(value) });

describe("a play", () => {
  test("is read into the names and units of the code, its id in lower case", () => {
    expect(decode(PLAY)).toEqual({
      ok: true,
      value: {
        eventId: "0198c0de-0000-7000-8000-00000000abcd",
        userId: 1,
        songId: 2,
        artistId: 3,
        albumId: 4,
        deviceId: 5,
        locationId: 6,
        timestampMicros: 1_767_225_600_123_456,
        streamDurationSeconds: 180,
        isCompletePlay: true,
        isSkipped: false,
        isLiked: true,
        isShared: false,
        isAddedToPlaylist: false,
      },
    });
  });

  test.for([
    ["an unknown field", JSON.stringify({ ...PLAY, mood: "happy\u0000" })],
    [
      "a repeated field, of which the last one counts",
      JSON.stringify(PLAY).replace("{", '{"user_id":"x",'),
    ],
    [
      "a __proto__ field",
      JSON.stringify(PLAY).replace("{", '{"__proto__":{"user_id":9},'),
    ],
    [
      "10,000 levels of nesting in an unknown field",
      JSON.stringify(PLAY).replace("{", `{"x":${nest(10_000)},`),
    ],
    [
      "whole numbers written as 1.0 and 1e0",
      JSON.stringify(PLAY).replace('"user_id":1,', '"user_id":1.0e0,'),
    ],
    ["spaces around it", ` \n${JSON.stringify(PLAY)}\t`],
  ] as const)("with %s is tolerated", ([, value]) => {
    expect(decode(value)).toEqual(decode(PLAY));
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test("that lasted a negative zero lasted zero seconds", () => {
    const decoded = decode(
      JSON.stringify(PLAY).replace('seconds":180', 'seconds":-0'),
    );

    expect(decoded).toMatchObject({
      ok: true,
      value: { streamDurationSeconds: 0 },
    });
  });

  test.for([1, 2_147_483_647])("may have the id %i", (id) => {
    expect(decode({ ...PLAY, user_id: id })).toMatchObject({
      ok: true,
      value: { userId: id },
    });
  });
});

describe("a value that is not JSON is malformed_json", () => {
  test.for([
    ["no value", null, "expected JSON, found no value"],
    ["an empty value", "", "expected JSON, found something else (0 bytes)"],
    ["plain text", "hello", "expected JSON, found something else (5 bytes)"],
    [
      "NaN",
      '{"user_id":NaN}',
      "expected JSON, found something else (15 bytes)",
    ],
    [
      "JSON that is cut off",
      '{"user_id":1',
      "expected JSON, found something else (12 bytes)",
    ],
    [
      "a byte order mark",
      "\ufeff{}",
      "expected JSON, found something else (5 bytes)",
    ],
    [
      "10,000 levels that are never closed",
      "[".repeat(10_000),
      "expected JSON, found something else (10000 bytes)",
    ],
    [
      "invalid UTF-8",
      Uint8Array.of(0x22, 0xff, 0x22),
      "expected UTF-8, found other bytes (3 in all)",
    ],
    [
      "an encoded surrogate",
      Uint8Array.of(0xed, 0xa0, 0x80),
      "expected UTF-8, found other bytes (3 in all)",
    ],
  ] as const)("%s", ([, value, detail]) => {
    const bytes = typeof value === "string" ? bytesOf(value) : value;

    expect(decodeStreamEvent({ value: bytes })).toEqual({
      ok: false,
      reason: "malformed_json",
      detail,
    });
  });
});

describe("JSON that is not a play is invalid_schema, with the path and the expectation", () => {
  test.for([
    ["null", null, "/: expected an object"],
    ["a list", [PLAY], "/: expected an object"],
    ["a number", 7, "/: expected an object"],
    ["a million levels of nesting", nest(1_000_000), "/: expected an object"],
    [
      "a missing field",
      { ...PLAY, user_id: undefined },
      "/user_id: is missing",
    ],
    [
      "a renamed field",
      { ...PLAY, is_liked: undefined, liked: true },
      "/is_liked: is missing",
    ],
    [
      "a field only in __proto__",
      '{"__proto__":{"event_id":"x"}}',
      "/event_id: is missing",
    ],
    [
      "a null field",
      { ...PLAY, is_liked: null },
      "/is_liked: expected true or false",
    ],
    ["id zero", { ...PLAY, user_id: 0 }, `/user_id: expected ${ID}`],
    ["a negative id", { ...PLAY, song_id: -1 }, `/song_id: expected ${ID}`],
    [
      "an id beyond 32 bits",
      { ...PLAY, album_id: 2_147_483_648 },
      `/album_id: expected ${ID}`,
    ],
    [
      "an id beyond every number",
      JSON.stringify(PLAY).replace('_id":3', '_id":1e999'),
      `/artist_id: expected ${ID}`,
    ],
    [
      "a fraction for an id",
      { ...PLAY, artist_id: 1.5 },
      `/artist_id: expected ${ID}`,
    ],
    [
      "text for an id",
      { ...PLAY, device_id: "1" },
      `/device_id: expected ${ID}`,
    ],
    [
      "a number for a flag",
      { ...PLAY, is_skipped: 1 },
      "/is_skipped: expected true or false",
    ],
    [
      "a negative duration",
      { ...PLAY, stream_duration_seconds: -1 },
      "/stream_duration_seconds: expected an integer from 0 to 2147483647",
    ],
    ...[
      "",
      "0198c0de",
      "0198c0de-0000-7000-8000-00000000abcg",
      "0198c0de00007000800000000000abcd",
    ].map(
      (id) =>
        [
          `the uuid "${id}"`,
          { ...PLAY, event_id: id },
          "/event_id: expected a UUID as 8-4-4-4-12 hexadecimal digits of either case",
        ] as const,
    ),
    ...[
      "yesterday",
      "2026-02-30T00:00:00Z",
      "2026-01-01T00:00:60Z",
      "\u0000".repeat(20),
      "9".repeat(1000),
    ].map(
      (timestamp) =>
        [
          `the timestamp "${timestamp.slice(0, 20)}"`,
          { ...PLAY, timestamp },
          "/timestamp: expected an RFC 3339 timestamp of the years 0001 to 9999; without a zone it is UTC",
        ] as const,
    ),
  ] as const)("%s", ([, value, detail]) => {
    expect(decode(value)).toEqual({
      ok: false,
      reason: "invalid_schema",
      detail,
    });
  });
});

test("any bytes at all have an outcome, and its detail shows none of them", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (value) => {
      expect(decodeStreamEvent({ value }).ok).toBe(false);
    }),
  );
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{12,20}$/),
      fc.constantFrom(...Object.keys(PLAY)),
      (secret, field) => {
        const decoded = decode({ ...PLAY, [field]: secret });
        expect(decoded).toMatchObject({ ok: false, reason: "invalid_schema" });
        expect(JSON.stringify(decoded)).not.toContain(secret);
      },
    ),
  );
});

function nest(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}
