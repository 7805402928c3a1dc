import { describe, expect, test } from "vitest";

import { readEvent } from "#compose/invokers/in-process/read-event.ts";

const encode = (value: unknown): ArrayBuffer =>
  new TextEncoder().encode(JSON.stringify(value)).buffer;

describe("an event's bytes", () => {
  test.each([
    ["nothing but a number", 7],
    ["characters of two to four bytes", { text: "ÿ€𝄞" }],
    // Whatever the pieces' size, an odd number of bytes comes before some character that is cut.
    [
      "a megabyte of characters of three bytes",
      { text: "€".repeat(700_000), one: 1 },
    ],
    [
      "a megabyte of characters of four bytes",
      ["𝄞".repeat(300_001), "x", "𝄞".repeat(300_001)],
    ],
  ])("are read: %s", (_, value) => {
    expect(readEvent(encode(value))).toEqual(value);
  });

  test("are given back", () => {
    const event = encode({ text: "x" });

    readEvent(event);

    expect(event.byteLength).toBe(0);
    expect(event.detached).toBe(true);
  });

  test("that are no JSON are an error", () => {
    expect(() => readEvent(new TextEncoder().encode("{").buffer)).toThrow(
      SyntaxError,
    );
  });
});
