import { describe, expect, test } from "vitest";

import {
  readFieldValue,
  splitFieldChange,
} from "#shared/domain/field-change.ts";
import { listTopicFields } from "#shared/domain/topic-fields.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

const SOURCE_TOPICS = [...DIMENSIONS, STREAM_EVENTS_TOPIC];
/** Every field of every source topic. */
const FIELDS = SOURCE_TOPICS.flatMap((topic) =>
  listTopicFields(topic).map((field) => ({ topic, ...field })),
);

describe("what is typed is split at the first equals sign", () => {
  test.for([
    ["user_id=42", { field: "user_id", text: "42" }],
    ["title=a=b", { field: "title", text: "a=b" }],
    ["title=", { field: "title", text: "" }],
    ["title= x ", { field: "title", text: " x " }],
    ["title==", { field: "title", text: "=" }],
  ] as const)("%s", ([text, change]) => {
    expect(splitFieldChange(text)).toEqual(change);
  });

  test.for(["", "user_id", "=", "=42"])("'%s' is no change", (text) => {
    expect(splitFieldChange(text)).toBeUndefined();
  });
});

describe("a value has the type that the topic's schema gives the field", () => {
  test("there are fields of every topic, of types that can be typed, and at least its id is required", () => {
    expect(new Set(FIELDS.flatMap(({ types }) => types))).toEqual(
      new Set(["string", "integer", "boolean", "null"]),
    );
    for (const topic of SOURCE_TOPICS) {
      const [first] = listTopicFields(topic);
      expect(first).toMatchObject({ isRequired: true });
      expect(first?.name).toMatch(/_id$/);
    }
  });

  test.for(FIELDS)(
    "$topic.$name ($types)",
    ({ topic, name, types, description }) => {
      const read = (text: string) =>
        readFieldValue(topic, { field: name, text });
      const refused = { ok: false, detail: `${name}: expected ${description}` };
      const asText = (text: string) =>
        types.includes("string") ? { ok: true, value: text } : refused;

      expect(read("null")).toEqual(
        types.includes("null") ? { ok: true, value: null } : asText("null"),
      );
      expect(read("42")).toEqual(
        types.includes("integer") ? { ok: true, value: 42 } : asText("42"),
      );
      expect(read("-7")).toEqual(
        types.includes("integer") ? { ok: true, value: -7 } : asText("-7"),
      );
      expect(read("true")).toEqual(
        types.includes("boolean") ? { ok: true, value: true } : asText("true"),
      );
      expect(read("false")).toEqual(
        types.includes("boolean")
          ? { ok: true, value: false }
          : asText("false"),
      );
      for (const text of [
        "",
        "1.5",
        "1e3",
        "0x10",
        " 42",
        "TRUE",
        "NULL",
        "{}",
      ])
        expect(read(text)).toEqual(asText(text));
    },
  );

  test("no number is taken that a double cannot hold", () => {
    expect(
      readFieldValue("users", { field: "user_id", text: "9007199254740993" }),
    ).toMatchObject({ ok: false });
  });
});

test.for([
  ["users", "event_id"],
  ["users", ""],
  ["users", "__proto__"],
  ["users", "constructor"],
  ["users", "toString"],
  ["users", "USER_ID"],
])(
  "%s has no field '%s', and what it has is named",
  ([topic = "", field = ""]) => {
    expect(readFieldValue(topic, { field, text: "1" })).toEqual({
      ok: false,
      detail: `users has no field "${field}"; expected one of user_id, username, age, gender, subscription_type, registration_date, country`,
    });
  },
);

test.for(["dead-letter-queue", "", "__proto__", "constructor"])(
  "a topic whose schema is not known has no fields: '%s'",
  (topic) => {
    expect(listTopicFields(topic)).toEqual([]);
    expect(
      readFieldValue(topic, { field: "user_id", text: "1" }),
    ).toMatchObject({ ok: false });
  },
);
