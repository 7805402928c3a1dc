import { expect, test } from "vitest";

import {
  formatClock,
  formatMoment,
  formatRange,
} from "#functions/dashboard/page/format/format-time.ts";
import {
  formatCategory,
  formatCell,
  formatNumber,
  formatShort,
  formatText,
  formatTick,
} from "#functions/dashboard/page/format/format-value.ts";
import { category, TIME, value } from "./charts.ts";

test.for([
  [1234, "count", "1,234"],
  [2.345, "count", "2.35"],
  [0, "count", "0"],
  [0.1234, "share", "12.3%"],
  [1, "share", "100.0%"],
  [-0.5, "share", "-50.0%"],
  [12.34, "seconds", "12.3 s"],
  [60, "seconds", "1 min"],
  [184.4, "seconds", "3 min 4 s"],
  [3599.6, "seconds", "1 h"],
  [7380, "seconds", "2 h 3 min"],
  [90_000, "seconds", "1 d 1 h"],
] as const)("%d (%s) is written %s in a table", ([number, unit, text]) => {
  expect(formatNumber(number, unit)).toBe(text);
});

test.for([
  [9999, "count", "9,999"],
  [12_345, "count", "12.3K"],
  [0.1234, "share", "12.3%"],
  [183.6, "seconds", "184 s"],
  [9000, "seconds", "2.5 h"],
] as const)("%d (%s) is written %s beside a bar", ([number, unit, text]) => {
  expect(formatShort(number, unit)).toBe(text);
});

test("a share at an axis has no decimals that say nothing", () => {
  expect([0.2, 0.125].map((share) => formatTick(share, "share"))).toEqual([
    "20%",
    "12.5%",
  ]);
});

test("a country is named, and known by its code in a table", () => {
  const country = category("country");

  expect(formatCell("CI", country)).toBe("Côte d’Ivoire (CI)");
  expect(formatCategory("US", country)).toBe("United States");
  expect(formatCategory("unknown", country)).toBe("unknown");
  expect(formatCategory("US", category("region"))).toBe("US");
});

test.for([
  ["two\r\nlines", "two lines"],
  ["a\u0000tab\tand\u0085more", "a tab and more"],
  ["a line\u2028a paragraph\u2029end", "a line a paragraph end"],
  [
    "turned \u202Eround\u202C and \u2066apart\u2069",
    "turned  round  and  apart ",
  ],
  ["שיר – 曲 – Ünï‑cødé 🎵", "שיר – 曲 – Ünï‑cødé 🎵"],
] as const)("the name %j is written in one line, as %j", ([name, text]) => {
  const song = category("song");

  expect(formatText(name)).toBe(text);
  expect(formatCell(name, song)).toBe(text);
  expect(formatCategory(name, song)).toBe(text);
});

test("times are written in UTC whatever zone they come in", () => {
  expect(formatCell("2026-11-28T00:05:00+01:00", TIME)).toBe(
    "2026-11-27 23:05",
  );
  expect(formatCategory("2026-11-28T00:05:00+01:00", TIME)).toBe("23:05");
  expect(formatMoment("2026-11-28T14:05:07.9Z")).toBe("2026-11-28 14:05:07");
  expect(formatClock(Date.UTC(2026, 10, 28, 4, 5, 6))).toBe("04:05:06");
});

test("a range names the second day only where it is another one", () => {
  expect(formatRange("2026-11-28T13:10:00Z", "2026-11-28T14:10:00Z")).toBe(
    "2026-11-28 13:10 to 14:10 UTC",
  );
  expect(formatRange("2026-11-27T14:00:00Z", "2026-11-28T14:00:00Z")).toBe(
    "2026-11-27 14:00 to 2026-11-28 14:00 UTC",
  );
});

test("nothing is written as nothing, not as 0", () => {
  expect(formatCell(null, value("Skip rate", "share"))).toBe("–");
});
