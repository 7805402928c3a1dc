import * as fc from "fast-check";
import { expect, test } from "vitest";

import { describeBytes } from "#compose/dead-letters/describe-bytes.ts";

const withoutSpaces = (text: string) => text.replaceAll(/\s/g, "");
const describeText = (text: string) =>
  describeBytes(new TextEncoder().encode(text));

test("no bytes are told from none at all", () => {
  expect(describeBytes(null)).toEqual(["none"]);
  expect(describeBytes(new Uint8Array())).toEqual([""]);
});

test("JSON is laid out", () => {
  expect(describeText('{"a":1, "b":["x\\ny"],\n"c":{}}')).toEqual([
    "{",
    '  "a": 1,',
    '  "b": [',
    String.raw`    "x\ny"`,
    "  ],",
    '  "c": {}',
    "}",
  ]);
});

test.for([
  ['{"user_id":1e999}'],
  ['{"user_id":12345678901234567890}'],
  ['{"user_id":1.0}'],
  ['{"user_id":-0}'],
  ['{"user_id":1,"user_id":2}'],
  [String.raw`{"\u0061":"\u00e4"}`],
  ['{"2":1,"1":2}'],
])(
  "JSON that laid out would say something else is shown as it is: %s",
  ([text = ""]) => {
    expect(describeText(text)).toEqual([text]);
  },
);

test("JSON that is nested deeper than can be written is shown as it is, and cut", () => {
  const [line, ...notes] = describeText(
    `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
  );

  expect(line).toBe("[".repeat(4000));
  expect(notes).toEqual(["(cut; 200000 bytes in all, export has them)"]);
});

test("text that is no JSON keeps its lines, and obeys nobody", () => {
  expect(describeText("a play\nof \u001B[31mred\u202E")).toEqual([
    "a play",
    String.raw`of \u{001b}[31mred\u{202e}`,
  ]);
  expect(describeText('{"a":"\u009B2J"}')).toEqual([
    "{",
    String.raw`  "a": "\u{009b}2J"`,
    "}",
  ]);
});

test("other bytes are shown in base64, a byte order mark as what it is", () => {
  expect(describeBytes(Uint8Array.from([0xff, 0x00, 0x01]))).toEqual([
    "/wAB",
    "(base64 of 3 bytes)",
  ]);
  expect(describeText("\uFEFF{}")).toEqual([String.raw`\u{feff}{}`]);
});

test("what is long is cut, and says how long it is", () => {
  expect(describeText("x".repeat(1_000_000))).toEqual([
    "x".repeat(4000),
    "(cut; 1000000 bytes in all, export has them)",
  ]);
  expect(describeText("x".repeat(4000))).toEqual(["x".repeat(4000)]);
  expect(describeBytes(new Uint8Array(6000).fill(0xff)).slice(1)).toEqual([
    "(base64 of 6000 bytes)",
    "(cut; 6000 bytes in all, export has them)",
  ]);
});

test("all that short JSON holds is shown, and in its order", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (json) => {
      fc.pre(json.length <= 4000 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(json));

      expect(withoutSpaces(describeText(json).join("\n"))).toBe(
        withoutSpaces(json),
      );
    }),
  );
});
