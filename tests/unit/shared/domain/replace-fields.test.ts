import * as fc from "fast-check";
import { expect, test } from "vitest";

import { replaceFields } from "#shared/domain/replace-fields.ts";

const replace = (json: string, values: Readonly<Record<string, unknown>>) =>
  replaceFields(json, new Map(Object.entries(values)));

test.for([
  ['{"a":1,"b":2}', { a: 3 }, '{"a":3,"b":2}'],
  ['{ "a" :\t1 ,\n"b":2 }', { b: "x", a: null }, '{ "a" :\tnull ,\n"b":"x" }'],
  ['{"a":{"a":[1,{"a":2}]},"b":1}', { a: 3 }, '{"a":3,"b":1}'],
  ['{"b":{"a":1},"a":[{"a":1}]}', { a: 3 }, '{"b":{"a":1},"a":3}'],
  ['{"b":"a\\":1,}{","a":"}"}', { a: 3 }, '{"b":"a\\":1,}{","a":3}'],
  ['{"\\u0061":1}', { a: 3 }, '{"\\u0061":3}'],
  ['{"a":1,"a":2}', { a: 3 }, '{"a":3,"a":3}'],
  ["{}", { a: 3 }, '{"a":3}'],
  [" { } ", { a: 3, b: true }, ' { "a":3,"b":true} '],
  ['{"b":1}', { a: 3 }, '{"b":1,"a":3}'],
  ['{"b":{}}', {}, '{"b":{}}'],
  ['{"":1,"a":[]}', { "": "}" }, '{"":"}","a":[]}'],
  ['{"a":"\\\\"}', { b: 1 }, '{"a":"\\\\","b":1}'],
] as const)("%s with %j is %s", ([json, values, result]) => {
  expect(replace(json, values)).toBe(result);
});

test("what is read from it is the object with the other values", () => {
  // Not a quotation mark alone: after an object with the field \ Node 24.21 reads that one as \, too, where the objects
  // are alike otherwise.
  const name = fc
    .oneof(
      fc.constantFrom("a", "b", "__proto__", '""', "\\", "{", ":", ","),
      fc.string({ unit: "binary" }),
    )
    .filter((text) => text !== '"');
  const scalar = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const fields = fc.array(fc.tuple(name, fc.jsonValue()), { maxLength: 6 });
  const values = fc.array(fc.tuple(name, scalar), { maxLength: 4 });
  const indent = fc.constantFrom(undefined, 1, "\t");
  fc.assert(
    fc.property(fields, values, indent, (given, changes, space) => {
      const json = JSON.stringify(Object.fromEntries(given), undefined, space);
      const before: object = JSON.parse(json);

      expect(JSON.parse(replaceFields(json, new Map(changes)))).toEqual(
        Object.fromEntries([...Object.entries(before), ...changes]),
      );
    }),
  );
});
