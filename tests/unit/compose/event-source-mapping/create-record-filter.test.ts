import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRecordFilter } from "#compose/event-source-mapping/create-record-filter.ts";
import { passes } from "./passes-filters.ts";

describe("14: a filter", () => {
  test.each<[string, unknown, string, string]>([
    ["null", { a: [null] }, '{"a":null}', '{"a":"null"}'],
    ["the empty string", { a: [""] }, '{"a":""}', '{"a":" "}'],
    ["equals", { a: ["x"] }, '{"a":"x"}', '{"a":"X"}'],
    ["equals of a boolean", { a: [true] }, '{"a":true}', '{"a":"true"}'],
    ["equals of a number", { a: [300] }, '{"a":300}', '{"a":300.0}'],
    [
      "equals-ignore-case",
      { a: [{ "equals-ignore-case": "Pop" }] },
      '{"a":"pOP"}',
      '{"a":"pops"}',
    ],
    [
      "anything-but",
      { a: [{ "anything-but": ["x", 1] }] },
      '{"a":"y"}',
      '{"a":1}',
    ],
    [
      "anything-but of one",
      { a: [{ "anything-but": "x" }] },
      '{"a":null}',
      '{"a":"x"}',
    ],
    [
      "anything-but of an absent field",
      { a: [{ "anything-but": "x" }] },
      '{"a":2}',
      '{"b":2}',
    ],
    ["prefix", { a: [{ prefix: "eu-" }] }, '{"a":"eu-1"}', '{"a":"us-eu-"}'],
    ["suffix", { a: [{ suffix: ".mp3" }] }, '{"a":"b.mp3"}', '{"a":".mp3b"}'],
    ["numeric =", { a: [{ numeric: ["=", 300] }] }, '{"a":3.0e2}', '{"a":301}'],
    ["numeric <", { a: [{ numeric: ["<", 5] }] }, '{"a":4.9}', '{"a":5}'],
    ["numeric <=", { a: [{ numeric: ["<=", 5] }] }, '{"a":5}', '{"a":5.1}'],
    ["numeric >", { a: [{ numeric: [">", 5] }] }, '{"a":6}', '{"a":5}'],
    ["numeric >=", { a: [{ numeric: [">=", 5] }] }, '{"a":5}', '{"a":"6"}'],
    [
      "a numeric range",
      { a: [{ numeric: [">", 0, "<=", 9] }] },
      '{"a":9}',
      '{"a":0}',
    ],
    ["exists", { a: [{ exists: true }] }, '{"a":null}', '{"b":1}'],
    [
      "exists, of leaves only",
      { a: [{ exists: true }] },
      '{"a":[0]}',
      '{"a":{"b":1}}',
    ],
    ["exists not", { a: [{ exists: false }] }, '{"b":1}', '{"a":0}'],
    [
      "exists not, further in",
      { a: { b: [{ exists: false }] } },
      "{}",
      '{"a":{"b":1}}',
    ],
    [
      "all of several fields",
      { a: [1], b: ["x"] },
      '{"a":1,"b":"x"}',
      '{"a":1}',
    ],
    [
      "a field within a field",
      { a: { b: ["x"] } },
      '{"a":{"b":"x"}}',
      '{"a":"x","b":"x"}',
    ],
    [
      "one of several rules",
      { a: ["x", { prefix: "y" }] },
      '{"a":"yes"}',
      '{"a":"z"}',
    ],
    [
      "one of a field's elements",
      { a: ["x"] },
      '{"a":["w","x"]}',
      '{"a":["w"]}',
    ],
    [
      "all fields in one element",
      { a: { b: [1], c: [2] } },
      '{"a":[{"b":0},{"b":1,"c":2}]}',
      '{"a":[{"b":1},{"c":2}]}',
    ],
    [
      "$or",
      { $or: [{ a: [1] }, { b: [2] }] },
      '{"a":0,"b":2}',
      '{"a":2,"b":1}',
    ],
    [
      "$or beside a field",
      { c: [3], $or: [{ a: [1] }, { b: [2] }] },
      '{"a":1,"c":3}',
      '{"a":1}',
    ],
    [
      "a field that every object inherits",
      { constructor: [{ exists: true }] },
      '{"constructor":1}',
      "{}",
    ],
    ["equals on a plain string", ["RATE"], "RATE", "rate"],
    ["prefix on a plain string", [{ prefix: "a" }], "ab", "ba"],
    ["anything-but on a plain string", [{ "anything-but": "a" }], "b", "a"],
    ["a JSON number as a plain string", ["12"], "12", "12.0"],
    ["the empty value", [""], "", " "],
  ])("knows %s", (_, condition, matching, other) => {
    expect(passes(matching, condition)).toBe(true);
    expect(passes(other, condition)).toBe(false);
  });

  test("compares numbers by their text, in patterns too", () => {
    const filter = createRecordFilter(['{"value":{"a":[3e2]}}']);

    expect(filter?.(Buffer.from('{"a":3e2}'))).toBe(true);
    expect(filter?.(Buffer.from('{"a":300}'))).toBe(false);
  });

  test("is passed by what matches one of several", () => {
    expect(passes('{"a":2}', { a: [1] }, { a: [2] })).toBe(true);
    expect(passes('{"a":3}', { a: [1] }, { a: [2] })).toBe(false);
  });

  test("is none without patterns", () => {
    expect(createRecordFilter([])).toBeNull();
  });

  test("without a condition on the value lets everything pass", () => {
    expect(createRecordFilter(["{}"])?.(Buffer.from("x"))).toBe(true);
  });

  const leaves = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const operands = fc.array(
    fc.oneof(fc.constantFrom("", "a", "b"), fc.integer({ min: -2, max: 2 })),
    { minLength: 1, maxLength: 3 },
  );

  test("with anything-but is the opposite of equals on a leaf that is there", () => {
    fc.assert(
      fc.property(fc.oneof(leaves, operands), operands, (any, list) => {
        const leaf = Array.isArray(any) ? any[0] : any;
        const value = JSON.stringify({ a: leaf });
        expect(passes(value, { a: [{ "anything-but": list }] })).toBe(
          !passes(value, { a: list }),
        );
      }),
    );
  });

  test("answers the same in whatever order its patterns and rules are", () => {
    fc.assert(
      fc.property(operands, operands, leaves, (some, others, leaf) => {
        const value = JSON.stringify({ a: leaf });
        const forwards = passes(value, { a: some }, { a: others });
        expect(
          passes(value, { a: others.toReversed() }, { a: some.toReversed() }),
        ).toBe(forwards);
        expect(passes(value, { $or: [{ a: some }, { a: others }] })).toBe(
          forwards,
        );
      }),
    );
  });

  test("never fails, whatever the bytes", () => {
    const filter = createRecordFilter(['{"value":{"a":["x"]}}']);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json()), (value) => {
        expect(filter?.(Buffer.from(value))).toBeTypeOf("boolean");
      }),
    );
  });
});
