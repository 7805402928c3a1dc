import { describe, expect, test } from "vitest";
import { passes } from "./passes-filters.ts";

describe("15: a condition is not applied, and the record passes,", () => {
  test.each<[string, unknown, string | Buffer | null]>([
    ["of a JSON pattern on a plain string", { a: ["x"] }, "plain"],
    ["of a JSON pattern on broken JSON", { a: ["x"] }, '{"a":"y"'],
    ["of a JSON pattern on a JSON string", { a: ["x"] }, '"x"'],
    ["of a string pattern on JSON", ["x"], '{"a":"y"}'],
    ["on bytes that are not UTF-8", ["x"], Buffer.from([0xff, 0xfe])],
    ["on a tombstone", { a: ["x"] }, null],
  ])("%s", (_, condition, value) => {
    expect(passes(value, condition)).toBe(true);
  });

  test("though another pattern refuses the record", () => {
    expect(passes("plain", ["x"], { a: ["x"] })).toBe(true);
  });
});
