import { expect, test } from "vitest";

import {
  parseCount,
  parseHostPort,
  parseMoment,
  parseRate,
  parseSeed,
  parseShare,
} from "#compose/cli/parse-options.ts";

test.each([
  ["1%", 0.01],
  ["0.1%", 0.001],
  ["100%", 1],
  ["0.25", 0.25],
  ["0", 0],
])("%s is a share of %d", (text, share) => {
  expect(parseShare(text)).toBeCloseTo(share, 12);
});

test.each([
  ["20/s", 20],
  ["0.5/s", 0.5],
  ["1000", 1000],
])("%s is %d plays a second", (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

test("counts may be grouped", () => {
  expect(parseCount("1_000_000")).toBe(1_000_000);
  expect(parseCount("100,000")).toBe(100_000);
});

test("a time is taken in any zone and given in UTC", () => {
  expect(parseMoment("2026-01-31T12:00:00+02:00")).toBe(
    "2026-01-31T10:00:00.000Z",
  );
});

test.each(["postgres:5432", "db-1.example:1", "10.0.0.1:65535", "[::1]:5432"])(
  "%s is an address",
  (text) => {
    expect(parseHostPort(text)).toBe(text);
  },
);

test.each<
  [
    what: string,
    parse: (text: string) => unknown,
    text: string,
    message: string,
  ]
>([
  [
    "a share",
    parseShare,
    "150%",
    "Expected a share such as 1% or 0.01, at most 100%.",
  ],
  [
    "a share",
    parseShare,
    "-1%",
    "Expected a share such as 1% or 0.01, at most 100%.",
  ],
  [
    "a rate",
    parseRate,
    "0/s",
    "Expected a rate such as 20/s, at most 100000/s.",
  ],
  [
    "a rate",
    parseRate,
    "20/m",
    "Expected a rate such as 20/s, at most 100000/s.",
  ],
  ["a count", parseCount, "0", "Expected a whole number from 1 to 1000000000."],
  [
    "a count",
    parseCount,
    "1.5",
    "Expected a whole number from 1 to 1000000000.",
  ],
  [
    "a seed",
    parseSeed,
    "4294967296",
    "Expected a whole number from 0 to 4294967295.",
  ],
  [
    "a time",
    parseMoment,
    "yesterday",
    "Expected a time such as 2026-01-31T12:00:00Z, 1970 or later.",
  ],
  ...[
    "postgres",
    "postgres:",
    ":5432",
    "postgres:0",
    "postgres:65536",
    "::1:5432",
    "postgres://postgres:5432",
    "reader@postgres:5432",
    "postgres:5432/music",
  ].map((text): [string, (text: string) => unknown, string, string] => [
    "an address",
    parseHostPort,
    text,
    "Expected host:port, such as postgres:5432 or [::1]:5432.",
  ]),
])(
  "what is not %s is refused with an example: %s %s",
  (_what, parse, text, message) => {
    expect(() => parse(text)).toThrow(message);
  },
);
