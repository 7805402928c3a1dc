import * as fc from "fast-check";
import { expect, test } from "vitest";

import { printable } from "#compose/dead-letters/printable.ts";

test.for([
  ["a colour", "\u001B[31mred", String.raw`\u{001b}[31mred`],
  [
    "a title of the window",
    "\u001B]0;x\u0007",
    String.raw`\u{001b}]0;x\u{0007}`,
  ],
  ["a control sequence in one character", "\u009B2J", String.raw`\u{009b}2J`],
  [
    "a line that covers another one",
    "a\rb\bc\u007F",
    String.raw`a\u{000d}b\u{0008}c\u{007f}`,
  ],
  ["lines and tabs", "a\nb\tc", String.raw`a\u{000a}b\u{0009}c`],
  [
    "text from right to left",
    "a\u202Eb\u2066c\u200F",
    String.raw`a\u{202e}b\u{2066}c\u{200f}`,
  ],
  [
    "what is not seen",
    "a\u200Bb\uFEFF\u00AD",
    String.raw`a\u{200b}b\u{feff}\u{00ad}`,
  ],
  ["separators of lines", "a\u2028b\u2029", String.raw`a\u{2028}b\u{2029}`],
  ["tags beyond 16 bits", "a\u{E0041}", String.raw`a\u{e0041}`],
  ["U+0000", "a\0", String.raw`a\u{0000}`],
])("%s is written as an escape", ([, text = "", shown]) => {
  expect(printable(text)).toBe(shown);
});

test.for(["", "plain", 'ä é 中文 עברית "quoted" \\ {}', "😀"])(
  "'%s' is shown as it is",
  (text) => {
    expect(printable(text)).toBe(text);
  },
);

test("nothing that a terminal obeys is left, whatever the text", () => {
  const text = fc.string({ unit: "binary" });

  fc.assert(
    fc.property(text, (given) => {
      expect(printable(given)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
