import { expect, test } from "vitest";

import {
  hideTimes,
  readTranscript,
} from "#tests/support/transcript/read-transcript.ts";

const MARKDOWN = [
  "```console",
  "$ npm run -s other",
  "```",
  "### Session",
  "text",
  "```console",
  '$ npm run -s dlq -- bury 2 --note "two words"',
  "first",
  "second $ not a prompt",
  "$ npm run -s drain",
  "Drained.",
  "```",
].join("\n");

test("a transcript is read command by command, with what each printed", () => {
  expect(readTranscript(MARKDOWN, "### Session")).toEqual([
    {
      command: 'npm run -s dlq -- bury 2 --note "two words"',
      name: "dlq",
      args: ["bury", "2", "--note", "two words"],
      output: "first\nsecond $ not a prompt\n",
    },
    {
      command: "npm run -s drain",
      name: "drain",
      args: [],
      output: "Drained.\n",
    },
  ]);
});

test("a heading without a transcript, and a command that is none of npm's, are noticed", () => {
  expect(() => readTranscript(MARKDOWN, "### Elsewhere")).toThrow(
    "there is no transcript",
  );
  expect(() => readTranscript("# A\n```console\n$ ls\n```", "# A")).toThrow(
    '"ls" is no npm run -s',
  );
});

test("times of the run are hidden, their width is not, and times of the data stay", () => {
  expect(hideTimes("2026-11-27T02:28:59.766Z 2026-01-31T13:10:00Z")).toBe(
    "<time.000> 2026-01-31T13:10:00Z",
  );
});
