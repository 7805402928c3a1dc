import { describe, expect, it } from "vitest";

import { decodePlay } from "#tests/support/oracle/decode-play.ts";

import { encodeJson, makePlay, NEW_YEAR_US } from "./make-records.ts";

const decode = (fields: Readonly<Record<string, unknown>>) =>
  decodePlay(encodeJson(makePlay(fields)));
const replaceText = (before: string, after: string): Uint8Array =>
  Buffer.from(JSON.stringify(makePlay()).replace(before, after));

describe("decodePlay", () => {
  it("gives the fields in the order of the fact table's columns", () => {
    const fields = {
      user_id: 2,
      song_id: 3,
      album_id: 4,
      device_id: 5,
      is_liked: true,
    };

    expect(decode({ ...fields, artist_id: 6, location_id: 7 })).toEqual([
      "018cc251-f400-7000-8000-000000000001",
      2,
      3,
      6,
      4,
      5,
      7,
      NEW_YEAR_US,
      100,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ["null", null],
    ["no byte", Buffer.from("")],
    ["text that is not JSON", Buffer.from("play")],
    ["a cut object", Buffer.from('{"event_id":')],
    ["two objects", Buffer.from("{}{}")],
    ["NaN", Buffer.from('{"user_id":NaN}')],
    ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["an overlong UTF-8 sequence", Buffer.from([0x22, 0xc0, 0x80, 0x22])],
    ["a byte order mark", Buffer.from(`\uFEFF${JSON.stringify(makePlay())}`)],
  ])("calls %s malformed JSON", (_, value) => {
    expect(decodePlay(value)).toBe("malformed_json");
  });

  it.each([
    "null",
    "[]",
    "1",
    '"play"',
    "{}",
    `${"[".repeat(5000)}${"]".repeat(5000)}`,
  ])("calls the JSON %.20s a fault of shape", (json) => {
    expect(decodePlay(Buffer.from(json))).toBe("invalid_schema");
  });

  it.each(Object.keys(makePlay()))("misses the field %s", (name) => {
    expect(decode({ [name]: undefined })).toBe("invalid_schema");
    expect(decode({ [name]: null })).toBe("invalid_schema");
  });

  it.each([
    { user_id: 0 },
    { user_id: -1 },
    { user_id: 2_147_483_648 },
    { user_id: 1.5 },
    { user_id: "1" },
    { user_id: true },
    { user_id: [1] },
    { stream_duration_seconds: -1 },
    { stream_duration_seconds: 2_147_483_648 },
    { stream_duration_seconds: 0.5 },
    { is_liked: 1 },
    { is_liked: "true" },
    { event_id: "018cc251-f400-7000-8000-00000000001" },
    { event_id: "018cc251f40070008000000000000001" },
    { event_id: "{018cc251-f400-7000-8000-000000000001}" },
    { event_id: "018cc251-f400-7000-8000-00000000000g" },
    { event_id: "018cc251-f400-7000-8000-000000000001\0" },
    { event_id: 1 },
    { timestamp: "2024-02-30T00:00:00Z" },
    { timestamp: "2024-01-01T00:00:00Z\0" },
    { timestamp: 1_704_067_200 },
  ])("refuses %j", (fields) => {
    expect(decode(fields)).toBe("invalid_schema");
  });

  it.each([
    ["the largest id", { user_id: 2_147_483_647 }],
    ["a play of no length", { stream_duration_seconds: 0 }],
    ["an unknown field", { mood: "calm" }],
    ["U+0000 in a field that is not read", { mood: "\0" }],
    ["a field named like a method", { toString: "text" }],
  ])("accepts %s", (_, fields) => {
    expect(decode(fields)).toBeInstanceOf(Array);
  });

  it("reads an id in upper case as the same id in lower case", () => {
    const decoded = decode({
      event_id: "018CC251-F400-7000-8000-00000000000A",
    });

    expect(decoded[0]).toBe("018cc251-f400-7000-8000-00000000000a");
  });

  it("accepts an integral number however it is written", () => {
    expect(decodePlay(replaceText('"user_id":1', '"user_id":1.0'))[1]).toBe(1);
    expect(decodePlay(replaceText('"user_id":1', '"user_id":2e3'))[1]).toBe(
      2000,
    );
  });

  it("takes the last of a repeated member", () => {
    expect(
      decodePlay(replaceText('"user_id":1', '"user_id":9,"user_id":1'))[1],
    ).toBe(1);
  });

  it("takes no field out of __proto__", () => {
    const value = replaceText('"user_id":1', '"__proto__":{"user_id":1}');

    expect(decodePlay(value)).toBe("invalid_schema");
  });
});
