import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CHOICES } from "#compose/event-source-mapping/choices.ts";
import { createCounters } from "#compose/event-source-mapping/counters.ts";
import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";

const readme = readFileSync(
  new URL(
    "../../../../compose/event-source-mapping/README.md",
    import.meta.url,
  ),
  "utf8",
);
/** The first two cells of each row, the second as text. */
const cells = new Map(
  [...readme.matchAll(/^\| `(\w+)`[^|]*\| ([^|]*?) *\|/gm)].map(
    ([, name = "", second = ""]) => [name, second],
  ),
);
const findMissing = (names: readonly string[]) =>
  names.filter((name) => !cells.has(name));

/** The parameters that a declaration with an unknown one is answered with. */
function knownParameters(): string[] {
  try {
    parseEventSourceMapping({ Unknown: true });
  } catch (error) {
    const [, names = ""] = /one of (.*)\./.exec(String(error)) ?? [];
    return names.split(", ");
  }
  throw new Error("An unknown parameter was accepted.");
}

describe("the README of the event source mapping has a row for", () => {
  test("every parameter", () => {
    const parameters = knownParameters();
    expect(parameters.length).toBeGreaterThan(15);
    expect(findMissing(parameters)).toEqual([]);
  });

  test("every counter", () => {
    expect(findMissing(Object.keys(createCounters()))).toEqual([]);
  });

  test("every choice, with its default", () => {
    const shown = Object.keys(CHOICES).map((name) => [name, cells.get(name)]);
    expect(shown).toEqual(
      Object.entries(CHOICES).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === "number"
          ? value.toLocaleString("en-US")
          : JSON.stringify(value),
      ]),
    );
  });
});

test("a row that is not there is noticed", () => {
  expect(findMissing(["BatchSize", "MadeUp"])).toEqual(["MadeUp"]);
});
