import { expect, test } from "vitest";

import { renderLetter } from "#compose/dead-letters/render-letter.ts";
import { makeLetter } from "./make-letter.ts";

const ALONE = { chain: ["12"], windows: [] };

test("a letter is shown with its record, the reason in a sentence and the next step", () => {
  expect(renderLetter(makeLetter(), ALONE)).toBe(
    `Letter 12: invalid_schema, waiting
The value does not have the shape of its topic's JSON Schema.
detail      /user_id: expected an integer from 1 to 2147483647
record      stream-events-3-1041, taken 2026-01-15T12:00:01.500000Z
            attempt 1, first seen 2026-01-15T12:00:01.500000Z, by version 7
key         a key
value       {
              "user_id": "x"
            }
next        Have its producer mended. To mend this record: npm run dlq -- redrive 12 --set user_id=VALUE
            To give it up: npm run dlq -- bury 12`,
  );
});

test("whatever else is known of it is shown, too", () => {
  const letter = makeLetter({
    state: "buried",
    resolution: "by_operator",
    settledAt: "2026-01-15T12:10:00.000000Z",
    attempt: 3,
    mendedValue: Buffer.from('{"user_id":7}'),
    missingReferences: [{ dimension: "users", id: 9 }],
    record: {
      ...makeLetter().record,
      key: null,
      value: Buffer.from([0xff]),
      headers: [
        ["trace", Buffer.from("abc")],
        ["trace", Buffer.from([0xff])],
      ],
    },
    actions: [
      {
        action: "redriven",
        actor: "ann@desk",
        at: "2026-01-15T12:05:00.000000Z",
        note: "set user_id=7; as agreed",
      },
      {
        action: "buried",
        actor: "bob@desk",
        at: "2026-01-15T12:10:00.000000Z",
        note: null,
      },
    ],
  });

  expect(renderLetter(letter, { chain: ["9", "12"], windows: [] })).toBe(
    `Letter 12: invalid_schema, buried (by_operator, 2026-01-15T12:10:00.000000Z)
The value does not have the shape of its topic's JSON Schema.
detail      /user_id: expected an integer from 1 to 2147483647
record      stream-events-3-1041, taken 2026-01-15T12:00:01.500000Z
            attempt 3, first seen 2026-01-15T12:00:01.500000Z, by version 7
key         none
headers     trace: abc
            trace: /w== (base64 of 1 bytes)
value       /w==
            (base64 of 1 bytes)
mended      {
              "user_id": 7
            }
missing     users 9
history     2026-01-15T12:05:00.000000Z redriven by ann@desk: set user_id=7; as agreed
            2026-01-15T12:10:00.000000Z buried by bob@desk
letters     9, 12 are of this record
next        Nothing has to be done. To try it once more: npm run dlq -- redrive 12`,
  );
});

test("of its missing references it is said which ones have arrived, while it waits for them", () => {
  const references = [
    { dimension: "users", id: 9 },
    { dimension: "songs", id: 8 },
  ] as const;
  const letter = makeLetter({
    reason: "unknown_reference",
    missingReferences: references,
    awaited: [references[1]],
  });

  expect(renderLetter(letter, ALONE)).toContain(
    "\nmissing     users 9, arrived\n            songs 8, not there\n",
  );
  expect(renderLetter({ ...letter, state: "redriven" }, ALONE)).toContain(
    "\nmissing     users 9\n            songs 8\n",
  );
});

test("a letter that is due says when", () => {
  const dueAt = "2026-01-15T12:20:00.000000Z";

  expect(renderLetter(makeLetter({ dueAt }), ALONE)).toMatch(
    `Letter 12: invalid_schema, waiting (due ${dueAt})\n`,
  );
});

test("nothing that others have written is obeyed by a terminal", () => {
  const evil = "\u001B[2J\u202E\r";
  const { record } = makeLetter();
  const letter = makeLetter({
    detail: evil,
    handlerVersion: evil,
    mendedValue: Buffer.from(evil),
    record: {
      ...record,
      key: Buffer.from(evil),
      value: Buffer.from(evil),
      headers: [[evil, Buffer.from(evil)]],
    },
    actions: [{ action: "redriven", actor: evil, at: "now", note: evil }],
  });

  expect(renderLetter(letter, ALONE).replaceAll("\n", "")).not.toMatch(
    /[\p{Cc}\p{Cf}]/u,
  );
});

test("of a play that is a fact it is said how its windows stand", () => {
  const revisedAt = "2026-01-15T12:20:00.000Z";
  const windows = [
    { state: "published", revision: 0, revisedAt },
    { state: "published", revision: 1, revisedAt },
    { state: "published", revision: 2, revisedAt },
    { state: "to_revise", revision: 0, revisedAt },
    { state: "due", revision: null, revisedAt: null },
    { state: "open", revision: null, revisedAt: null },
  ] as const;
  const shown = renderLetter(makeLetter({ state: "resolved" }), {
    chain: ["12"],
    windows: windows.map((window) => ({
      kind: "minutes",
      start: "2026-01-15T12:00:00Z",
      ...window,
    })),
  });

  expect(shown.match(/minutes .*/g)).toEqual([
    `minutes 2026-01-15T12:00:00Z: published ${revisedAt}`,
    `minutes 2026-01-15T12:00:00Z: published, revised 1 time, last ${revisedAt}`,
    `minutes 2026-01-15T12:00:00Z: published, revised 2 times, last ${revisedAt}`,
    "minutes 2026-01-15T12:00:00Z: published, about to be revised",
    "minutes 2026-01-15T12:00:00Z: closed, about to be published",
    "minutes 2026-01-15T12:00:00Z: still open",
  ]);
});
