import { expect, test } from "vitest";

import { formatCsv } from "#functions/dashboard/format-csv.ts";
import type { Cell } from "#shared/domain/dashboards/answer.ts";
import { category, value } from "#shared/domain/dashboards/columns.ts";

const COLUMNS = [
  category("song", "Song"),
  value("share", "Share, of all", "share"),
];
const format = (...rows: readonly (readonly Cell[])[]) =>
  formatCsv({ columns: COLUMNS, rows });

test("the labels come first, and lines end as RFC 4180 has it", () => {
  expect(format(["Home", 0.25], ["Away", null])).toBe(
    'Song,"Share, of all"\r\nHome,0.25\r\nAway,\r\n',
  );
});

test("a chart without rows has its labels", () => {
  expect(format()).toBe('Song,"Share, of all"\r\n');
});

test.for([
  ["commas", "a,b", '"a,b"'],
  ["quotes", 'say "a"', '"say ""a"""'],
  ["line breaks", "a\r\nb", '"a\r\nb"'],
  ["letters of all scripts", "Björk – ひかり", "Björk – ひかり"],
] as const)("a text with %s comes back", ([, text, cell]) => {
  expect(format([text, 1])).toContain(`\r\n${cell},1\r\n`);
});

test.for([
  ["=1+1", "'=1+1"],
  ["+49 30", "'+49 30"],
  ["-2", "'-2"],
  ["@sum(A1)", "'@sum(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", '"\'\r=1"'],
  ["\n=1", '"\'\n=1"'],
  ["\u0000=1", "'\u0000=1"],
  ['=hyperlink("http://a","b")', '"\'=hyperlink(""http://a"",""b"")"'],
] as const)("the text %j is no formula", ([text, cell]) => {
  expect(format([text, 1])).toContain(`\r\n${cell},1\r\n`);
});

test("a negative number stays a number", () => {
  expect(format(["a", -0.5])).toContain("a,-0.5");
});
