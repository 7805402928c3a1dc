import { describe, expect, test } from "vitest";

import { makeDimensionRecord } from "#compose/runner/send-dimension.ts";
import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import { splitFieldChange } from "#shared/domain/field-change.ts";
import { DIMENSIONS } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";

const ROWS = {
  users: ["user_id=7", "username=ann", "age=null", "country=AT"],
  artists: ["artist_id=7", "name=1984", "is_band=true"],
  albums: ["album_id=7", "title=x=y", "artist_id=3"],
  songs: ["song_id=7", "title=x", "explicit=null", "duration_seconds=180"],
  devices: ["device_id=7", "device_type=mobile"],
  locations: ["location_id=7", "country=AT", "city=Wien"],
} as const;

describe.for(DIMENSIONS)("a row of %s", (dimension) => {
  test("is a record that is read as that row", () => {
    const { key, value } = make(dimension, ROWS[dimension]);

    expect(key).toBe("7");
    expect(
      decodeDimension({ topic: dimension, key: Buffer.from(key), value }),
    ).toMatchObject({ ok: true, value: { dimension, id: 7 } });
  });

  test("ends with its id and no value", () => {
    const [id] = ROWS[dimension];

    expect(make(dimension, [id], true)).toEqual({ key: "7", value: null });
  });

  test("without its id is none", () => {
    expect(refusal(dimension, ROWS[dimension].slice(1))).toMatch(
      `This is no row of ${dimension}: /${dimension.slice(0, -1)}_id: expected an integer from 1 to 2147483647. Give its fields`,
    );
    expect(refusal(dimension, [], true)).toContain("expected an integer");
  });
});

test("values have the types of the schema", () => {
  const { value } = make("users", ROWS.users);

  expect(JSON.parse(new TextDecoder().decode(value ?? undefined))).toEqual({
    user_id: 7,
    username: "ann",
    age: null,
    country: "AT",
  });
});

test("of a field that is given twice the last one counts, also where the row ends", () => {
  expect(make("users", ["user_id=6", ...ROWS.users]).key).toBe("7");
  expect(make("users", ["user_id=6", "user_id=7"], true).key).toBe("7");
});

test("a refusal names every field of the dimension and what is expected there", () => {
  expect(refusal("devices", ["device_id=7"])).toBe(
    `This is no row of devices: /device_type: is missing. Give its fields as --set field=value:
  device_id (required): an integer from 1 to 2147483647
  device_type (required): text of at most 500 characters without U+0000 and lone surrogates
  os: text of at most 500 characters without U+0000 and lone surrogates, or null
  browser: text of at most 500 characters without U+0000 and lone surrogates, or null
  app_version: text of at most 500 characters without U+0000 and lone surrogates, or null`,
  );
});

test.for([
  [
    "of another dimension",
    ["user_id=7", "username=a", "title=x"],
    'users has no field "title"',
  ],
  [
    "of another type",
    ["user_id=7", "username=a", "age=old"],
    "age: expected an integer from 0 to 150, or null",
  ],
  [
    "beyond its range",
    ["user_id=7", "username=a", "age=151"],
    "/age: expected",
  ],
  [
    "that is no day",
    ["user_id=7", "username=a", "registration_date=soon"],
    "/registration_date: expected",
  ],
  [
    "that is too large an id",
    ["user_id=2147483648", "username=a"],
    "/user_id: expected",
  ],
] as const)("a value %s is refused", ([, fields, message]) => {
  expect(refusal("users", fields)).toContain(message);
});

test.for(["0", "-1", "07", "1.0", "2147483648", "a", ""])(
  "no row has the id '%s' that could end",
  (id) => {
    expect(refusal("users", [`user_id=${id}`], true)).toContain("/user_id");
  },
);

test.for([["username=a"], ["USER_ID=7"]])(
  "what ends is named by its id alone, and %s is refused",
  ([field = ""]) => {
    expect(refusal("users", ["user_id=7", field], true)).toContain(
      field.split("=")[0],
    );
  },
);

function make(
  dimension: keyof typeof ROWS,
  fields: readonly string[],
  isTombstone = false,
) {
  return makeDimensionRecord({
    dimension,
    fields: fields.flatMap((text) => splitFieldChange(text) ?? []),
    isTombstone,
  });
}

/** The message with which a row is refused, as the person's mistake that it is. */
function refusal(...given: Parameters<typeof make>): string {
  try {
    make(...given);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "invalid_fields")
      return error.message;
    throw error;
  }
  return "it was taken";
}
