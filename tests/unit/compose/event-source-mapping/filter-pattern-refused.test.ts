import { describe, expect, test } from "vitest";
import { createRecordFilter } from "#compose/event-source-mapping/create-record-filter.ts";

describe("14: a pattern is refused", () => {
  test.each<[string, string, string]>([
    ["that is no JSON", "{", ': found "{", expected JSON'],
    ["that is no object", "[]", ": found [], expected an object"],
    ["of the key", '{"key":["x"]}', ".key: found"],
    ["without a list at a leaf", '{"value":{"a":"x"}}', ".value.a: found"],
    ["with an empty list", '{"value":{"a":[]}}', ".value.a: found []"],
    ["with an empty object", '{"value":{"a":{}}}', ".value.a: found {}"],
    [
      "with an unknown operator",
      '{"value":{"a":[{"cidr":"10.0.0.0/8"}]}}',
      ".value.a[0]: found",
    ],
    [
      "with two operators in one rule",
      '{"value":{"a":[{"prefix":"x","suffix":"y"}]}}',
      ".value.a[0]: found",
    ],
    [
      "with a list in a list",
      '{"value":{"a":["x",["y"]]}}',
      ".value.a[1]: found",
    ],
    [
      "with a prefix of 1",
      '{"value":{"a":[{"prefix":1}]}}',
      ".value.a[0].prefix: found 1, expected a string",
    ],
    [
      "with anything-but of an operator",
      '{"value":{"a":[{"anything-but":{"prefix":"x"}}]}}',
      ".value.a[0].anything-but: found",
    ],
    [
      "with anything-but of nothing",
      '{"value":{"a":[{"anything-but":[]}]}}',
      ".value.a[0].anything-but: found []",
    ],
    [
      "with exists of text",
      '{"value":{"a":[{"exists":"yes"}]}}',
      '.value.a[0].exists: found "yes", expected true or false',
    ],
    ...[
      '">"',
      "[]",
      '[">"]',
      '["!=",1]',
      '[">","1"]',
      '["<",1,">",0]',
      '[">",9,"<",1]',
      '["=",1,"<",2]',
      '[">",1,"<",2,"<",3]',
    ].map((range): [string, string, string] => [
      `with the numeric range ${range}`,
      `{"value":{"a":[{"numeric":${range}}]}}`,
      ".value.a[0].numeric: found",
    ]),
    ["with $or of one", '{"value":{"$or":[{"a":[1]}]}}', ".value.$or: found"],
    [
      "with a number for a plain string",
      '{"value":["x",1]}',
      ".value[1]: found 1, expected a condition on text",
    ],
    [
      "of 4097 characters",
      `{"value":["${"x".repeat(4097 - '{"value":[""]}'.length)}"]}`,
      ": found 4097 characters, expected at most 4096",
    ],
  ])("%s", (_, pattern, message) => {
    expect(() => createRecordFilter(["{}", pattern])).toThrow(
      expect.objectContaining({
        code: "InvalidParameterValueException",
        message: expect.stringContaining(
          `FilterCriteria.Filters[1].Pattern${message}`,
        ),
      }),
    );
  });

  test("of 4096 characters is not", () => {
    const pattern = `{"value":["${"x".repeat(4096 - '{"value":[""]}'.length)}"]}`;

    expect(() => createRecordFilter([pattern])).not.toThrow();
  });
});
