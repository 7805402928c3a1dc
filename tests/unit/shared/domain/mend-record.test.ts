import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";
import {
  type FieldChange,
  splitFieldChange,
} from "#shared/domain/field-change.ts";
import { idField, mendRecord } from "#shared/domain/mend-record.ts";
import { listTopicFields } from "#shared/domain/topic-fields.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  eventIdOf,
  makePlay,
  type PlayTraits,
} from "#tests/support/rows/make-play.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const NO_ID = "/user_id: expected an integer from 1 to 2147483647";
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const PLAY = playText({ id: 1 });
/** The play without its opening brace, to go on after other fields. */
const REST = PLAY.slice(1);

describe("a play", () => {
  test("is mended field by field; the other ones stay, known or not, in their order", () => {
    const value = `{"mood": {"a":[1,{"b":null}]}, "user_id" : "x" ,${REST.replace('"user_id":1,', "")}`;

    expect(mendPlay(value, "user_id=7", "is_liked=true")).toEqual({
      ok: true,
      key: eventIdOf(1),
      value: value
        .replace('"user_id" : "x" ', '"user_id" : 7 ')
        .replace('"is_liked":false', '"is_liked":true'),
    });
  });

  test("has the id that was typed last, in small letters, as its key", () => {
    const id = "0198A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B";

    expect(
      mendPlay(PLAY, `event_id=${eventIdOf(9)}`, `event_id=${id}`),
    ).toMatchObject({ ok: true, key: id.toLowerCase() });
  });

  test("that is still none says at which field", () => {
    const value = PLAY.replace('"song_id":1', '"song_id":0');

    expect(mendPlay(value, "user_id=7")).toMatchObject({
      ok: false,
      detail: "/song_id: expected an integer from 1 to 2147483647",
    });
  });

  test.for([
    ["user_id=me", "user_id: expected an integer from 1 to 2147483647"],
    [
      "timestamp=2026-02-30T00:00:00Z",
      "/timestamp: expected an RFC 3339 timestamp of the years 0001 to 9999; without a zone it is UTC",
    ],
    ["username=me", 'stream-events has no field "username"; expected one of'],
  ] as const)("is not mended with %s", ([change, detail]) => {
    expect(mendPlay(PLAY, change)).toMatchObject({
      ok: false,
      detail: expect.stringContaining(detail),
    });
  });

  test.for([
    ["no value", null],
    ["an empty one", ""],
    ["text that is no JSON", "a play"],
    ["the JSON value null", "null"],
    ["a list", `[${PLAY}]`],
    ["text", '"play"'],
    ["other bytes than UTF-8", Uint8Array.from([0x7b, 0xff, 0x7d])],
  ] as const)(
    "in the place of %s is written anew from all of its fields",
    ([, value]) => {
      const all = allFields(PLAY);

      expect(mend(STREAM_EVENTS_TOPIC, value, all)).toEqual({
        ok: true,
        key: eventIdOf(1),
        value: PLAY,
      });
      expect(mend(STREAM_EVENTS_TOPIC, value, all.slice(1))).toMatchObject({
        ok: false,
        detail: "/event_id: is missing",
      });
    },
  );

  test("is not found in a field called __proto__, and keeps one", () => {
    expect(mendPlay(`{"__proto__":${PLAY}}`, "user_id=7")).toMatchObject({
      ok: false,
    });
    const value = `{"__proto__":{"user_id":900001},"constructor":1,${REST}`;
    expect(mendPlay(value, "user_id=7")).toMatchObject({
      ok: true,
      value: value.replace('"user_id":1', '"user_id":7'),
    });
  });

  test.for([
    "12345678901234567890",
    "1e999",
    "-0",
    "1.0",
    "0.1000000000000000055",
  ])("keeps %s in another field as it is written", (number) => {
    const value = `{"trace":[${number}],${REST}`;

    expect(mendPlay(value, "user_id=7")).toMatchObject({
      ok: true,
      value: value.replace('"user_id":1', '"user_id":7'),
    });
  });

  test("may have a field that is nested deeper than can be written anew", () => {
    const value = `{"deep":${"[".repeat(100_000)}${"]".repeat(100_000)},${REST}`;

    const mended = mendPlay(value, "user_id=7");

    expect(mended.ok && mended.value).toBe(
      value.replace('"user_id":1', '"user_id":7'),
    );
  });

  test("with equal fields has the value that was typed, and otherwise the last one, as its reader does", () => {
    const value = `{"user_id":5,${REST}`;

    expect(readPlay(mendPlay(value, "is_liked=true"))).toMatchObject({
      userId: 1,
      isLiked: true,
    });
    expect(readPlay(mendPlay(value, "user_id=7"))).toMatchObject({ userId: 7 });
  });

  test("of which nothing is changed is the same event, to the byte, whatever else it has", () => {
    const id = fc.integer({ min: 1, max: 2_147_483_647 });
    const traits = fc.record({
      userId: id,
      songId: id,
      streamDurationSeconds: fc.nat(2_147_483_647),
      isLiked: fc.boolean(),
    });
    const others = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
    fc.assert(
      fc.property(traits, others, fc.nat(), (given, extra, at) => {
        const play: object = JSON.parse(playText({ id: 1, ...given }));
        const json = JSON.stringify({ ...extra, ...play });
        const all = allFields(json);
        const same = all.slice(at % all.length);

        const mended = mend(STREAM_EVENTS_TOPIC, json, same);

        expect(mended).toEqual({ ok: true, key: eventIdOf(1), value: json });
        expect(readPlay(mended)).toEqual(makePlay({ id: 1, ...given }));
      }),
    );
  });
});

describe("a version of a dimension", () => {
  const ROWS = {
    users: { user_id: 7, username: "a" },
    artists: { artist_id: 7, name: "a" },
    albums: { album_id: 7, title: "a", artist_id: 1 },
    songs: { song_id: 7, title: "a" },
    devices: { device_id: 7, device_type: "a" },
    locations: { location_id: 7, country: "DE" },
  } as const;

  test.for(DIMENSIONS)(
    "of %s is made of typed fields, and its key follows its id",
    (topic) => {
      const fields = Object.entries(ROWS[topic]).map(([field, value]) => ({
        field,
        text: String(value),
      }));

      const made = mendRecord({ topic, value: null }, fields);

      expect(made).toEqual({
        ok: true,
        key: bytesOf("7"),
        value: bytesOf(JSON.stringify(ROWS[topic])),
      });
      expect(made.ok && decodeDimension({ topic, ...made })).toMatchObject({
        ok: true,
        value: { dimension: topic, id: 7 },
      });
    },
  );

  test.for(DIMENSIONS)(
    "of %s takes a value of each type that its schema gives a field",
    (topic) => {
      const examples = {
        null: ["null"],
        boolean: ["true", "false"],
        integer: ["7"],
        string: ["2026-01-01"],
      };
      for (const { name, types } of listTopicFields(topic)) {
        const texts = Object.entries(examples).flatMap(([type, values]) =>
          types.includes(type) ? values : [],
        );
        expect(texts).not.toEqual([]);
        for (const text of texts)
          expect({
            name,
            text,
            ...mend(topic, JSON.stringify(ROWS[topic]), [
              { field: name, text },
            ]),
          }).toMatchObject({ ok: true, key: "7" });
      }
    },
  );

  test("keeps what nobody knows, and gets a key of its own", () => {
    const value = '{"user_id":0,"username":"a","since":"x"}';

    expect(mend("users", value, [{ field: "user_id", text: "8" }])).toEqual({
      ok: true,
      key: "8",
      value: value.replace("0", "8"),
    });
  });

  test.for([
    ["without an id", '{"username":"a"}', NO_ID],
    ["with an id that is text", '{"user_id":"7","username":"a"}', NO_ID],
    ["with an id of zero", '{"user_id":0,"username":"a"}', NO_ID],
    ["with too large an id", '{"user_id":2147483648,"username":"a"}', NO_ID],
    ["with a fraction for an id", '{"user_id":1.5,"username":"a"}', NO_ID],
    ["without a name", '{"user_id":7}', "/username: is missing"],
  ] as const)("%s is none, and the field is named", ([, text, detail]) => {
    expect(mend("users", text, [{ field: "country", text: "AT" }])).toEqual({
      ok: false,
      detail,
    });
  });
});

test("records of another topic are not mended", () => {
  expect(mend("other", "{}", [])).toEqual({
    ok: false,
    detail: "other is no topic of plays or dimensions",
  });
});

test.for(DIMENSIONS)("the id of %s is a field that it has", (dimension) => {
  expect(listTopicFields(dimension).map(({ name }) => name)).toContain(
    idField(dimension),
  );
});

type MendedText =
  | { readonly ok: true; readonly key: string; readonly value: string }
  | { readonly ok: false; readonly detail: string };

/** Mends a record and returns text for bytes, which is easier to compare. */
function mend(
  topic: string,
  value: string | Uint8Array | null,
  changes: readonly FieldChange[],
): MendedText {
  const bytes = typeof value === "string" ? bytesOf(value) : value;
  const mended = mendRecord({ topic, value: bytes }, changes);
  if (!mended.ok) return { ok: false, detail: mended.detail };
  return { ok: true, key: textOf(mended.key), value: textOf(mended.value) };
}

function mendPlay(value: string, ...changes: readonly string[]): MendedText {
  return mend(
    STREAM_EVENTS_TOPIC,
    value,
    changes.map((text) => splitFieldChange(text) ?? { field: "", text: "" }),
  );
}

function playText(traits: PlayTraits): string {
  return new TextDecoder().decode(makeRecord(traits).value ?? undefined);
}

/** Every field of a play as a person would type it. */
function allFields(json: string): FieldChange[] {
  const play: Record<string, unknown> = JSON.parse(json);
  return listTopicFields(STREAM_EVENTS_TOPIC).map(({ name }) => ({
    field: name,
    text: String(play[name]),
  }));
}

function readPlay(mended: MendedText): unknown {
  if (!mended.ok) return mended;
  const play = decodeStreamEvent({ value: bytesOf(mended.value) });
  return play.ok ? play.value : play;
}
