import { describe, expect, test } from "vitest";

import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import { PipelineError } from "#shared/errors.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const decode = (topic: string, key: string | null, value: unknown) =>
  decodeDimension({
    topic,
    key: key === null ? null : bytesOf(key),
    value:
      value === null
        ? null
        : bytesOf(typeof value === "string" ? value : JSON.stringify(value)),
  });

const TEXT =
  "text of at most 500 characters without U+0000 and lone surrogates";
const DAY = "expected a date as YYYY-MM-DD or an RFC 3339 timestamp, or null";
const USER = { user_id: 7, username: "ada" };

describe("a record is refused", () => {
  test.for([
    null,
    "",
    "0",
    "-7",
    "07",
    " 7",
    "7.0",
    "seven",
    "2147483648",
    "99999999999",
  ])("with the key %j", (key) => {
    const expected = {
      ok: false,
      reason: "invalid_schema",
      detail: "key: expected an id from 1 to 2147483647 as decimal text",
    };
    expect(decode("users", key, USER)).toEqual(expected);
    expect(decode("users", key, null)).toEqual(expected);
  });

  test("when its key is another id than its value's", () => {
    expect(decode("users", "8", USER)).toEqual({
      ok: false,
      reason: "invalid_schema",
      detail: "key: expected the id that the value holds",
    });
  });

  test.for([
    [
      "users",
      "{",
      "malformed_json",
      "expected JSON, found something else (1 bytes)",
    ],
    ["users", { user_id: 7 }, "invalid_schema", "/username: is missing"],
    [
      "users",
      { ...USER, username: "\u0000" },
      "invalid_schema",
      `/username: expected ${TEXT}`,
    ],
    [
      "users",
      '{"user_id":7,"username":"\\ud800"}',
      "invalid_schema",
      `/username: expected ${TEXT}`,
    ],
    [
      "users",
      { ...USER, username: "x".repeat(501) },
      "invalid_schema",
      `/username: expected ${TEXT}`,
    ],
    [
      "users",
      { ...USER, country: "\u0000" },
      "invalid_schema",
      `/country: expected ${TEXT}, or null`,
    ],
    [
      "users",
      { ...USER, age: 151 },
      "invalid_schema",
      "/age: expected an integer from 0 to 150, or null",
    ],
    [
      "users",
      { ...USER, registration_date: "soon" },
      "invalid_schema",
      `/registration_date: ${DAY}`,
    ],
    [
      "users",
      { ...USER, registration_date: "2026-02-30" },
      "invalid_schema",
      `/registration_date: ${DAY}`,
    ],
    [
      "albums",
      { album_id: 7, title: "t" },
      "invalid_schema",
      "/artist_id: is missing",
    ],
    [
      "albums",
      { album_id: 7, title: "t", artist_id: 1, release_date: "2026-1-1" },
      "invalid_schema",
      `/release_date: ${DAY}`,
    ],
    [
      "songs",
      { song_id: 7, title: "t", release_date: "1.1.26" },
      "invalid_schema",
      `/release_date: ${DAY}`,
    ],
    [
      "artists",
      { artist_id: 7, name: "n", is_band: "yes" },
      "invalid_schema",
      "/is_band: expected true, false or null",
    ],
    ["devices", { device_id: 7 }, "invalid_schema", "/device_type: is missing"],
    ["locations", { location_id: 7 }, "invalid_schema", "/country: is missing"],
  ] as const)("of %s with %j: %s", ([dimension, value, reason, detail]) => {
    expect(decode(dimension, "7", value)).toEqual({
      ok: false,
      reason,
      detail,
    });
  });
});

test("a record of another topic is an error of the caller, not of the record", () => {
  expect(() => decode("stream-events", "7", USER)).toThrow(PipelineError);
  expect(() => decode("stream-events", "7", USER)).toThrow(
    /expected one of users, artists/,
  );
});
