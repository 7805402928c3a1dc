import { Command } from "commander";
import { describe, expect, test } from "vitest";

import {
  addFilterOptions,
  type FilterOptions,
  type LetterName,
  readFilter,
  requireChoice,
} from "#compose/cli/dlq/filter-options.ts";
import { LETTER_STATES } from "#compose/dead-letters/letter-filter.ts";
import { PipelineError } from "#shared/errors.ts";

const WAITING = { states: ["waiting"] };
const ANY_STATE = { states: LETTER_STATES };
const named = (topic: string, partition: number, offset: number) => ({
  topic,
  partition,
  offset,
});

describe("what is typed says which letters are meant", () => {
  test.for([
    ["", WAITING],
    ["--reason malformed_json", { ...WAITING, reasons: ["malformed_json"] }],
    ["--reason a --reason b", { ...WAITING, reasons: ["a", "b"] }],
    ["--topic users --topic songs", { ...WAITING, topics: ["users", "songs"] }],
    ["--state buried", { states: ["buried"] }],
    ["--state buried --state redriven", { states: ["buried", "redriven"] }],
    ["--state all", {}],
    ["--state buried --state all", {}],
    [
      "--from 2026-01-15T12:00:00Z --to 2026-01-15T14:00:00+01:00",
      {
        ...WAITING,
        from: "2026-01-15T12:00:00.000Z",
        to: "2026-01-15T13:00:00.000Z",
      },
    ],
    ["--reference users", { ...WAITING, reference: { dimension: "users" } }],
    [
      "--reference users=42",
      { ...WAITING, reference: { dimension: "users", id: 42 } },
    ],
    ["12", { ...ANY_STATE, ids: ["12"], positions: [] }],
    [
      "12 13 stream-events-3-1041",
      {
        ...ANY_STATE,
        ids: ["12", "13"],
        positions: [named("stream-events", 3, 1041)],
      },
    ],
    [
      "a.b_c-0-1-2",
      { ...ANY_STATE, ids: [], positions: [named("a.b_c-0", 1, 2)] },
    ],
    [
      "12 --state buried --reason a",
      { states: ["buried"], reasons: ["a"], ids: ["12"], positions: [] },
    ],
    [
      "123456789012345678",
      { ...ANY_STATE, ids: ["123456789012345678"], positions: [] },
    ],
  ] as const)("'%s'", ([typed, filter]) => {
    const { names, options } = parse(typed);

    expect(readFilter(names, options, ["waiting"])).toEqual(filter);
  });

  test("of all letters where nothing is typed and no state is the usual one", () => {
    expect(readFilter([], parse("").options)).toEqual(ANY_STATE);
  });
});

test.for([
  ["stream-events", "Expected a letter's number such as 12"],
  ["stream-events-3", "Expected a letter's number such as 12"],
  ["stream-events-3-x", "Expected a letter's number such as 12"],
  ["-1", "Expected a letter's number such as 12"],
  ["1.5", "Expected a letter's number such as 12"],
  ["1234567890123456789", "Expected a letter's number such as 12"],
  ["a/b-1-2", "Expected a letter's number such as 12"],
  ["12;drop-1-x", "Expected a letter's number such as 12"],
  ["stream-events-9999999999-1", "Expected a letter's number such as 12"],
  ["--state gone", "Expected one of waiting, redriven, resolved, buried, all"],
  ["--reference people", "dimensions are users, artists"],
  ["--reference users=", "dimensions are users, artists"],
  ["--reference users=x", "dimensions are users, artists"],
  ["--reference constructor", "dimensions are users, artists"],
  ["--from noon", "Expected a time such as"],
  ["--to 2026-02-30T00:00:00Z", "Expected a time such as"],
])("'%s' is refused with what was expected", ([typed = "", message = ""]) => {
  expect(() => parse(typed)).toThrow(message);
});

test("a time that ends before it begins is refused", () => {
  const { names, options } = parse(
    "--from 2026-01-15T12:00:00Z --to 2026-01-15T12:00:00Z",
  );

  expect(() => readFilter(names, options)).toThrow(
    expect.objectContaining({ code: "conflicting_options", domain: "user" }),
  );
});

describe("what changes letters wants to be told which", () => {
  test.for([
    "12",
    "stream-events-3-1",
    "--reason a",
    "--topic a",
    "--state buried --all",
    "--from 2026-01-15T12:00:00Z",
    "--to 2026-01-15T12:00:00Z",
    "--reference users",
    "--all",
  ])("'%s' is enough", (typed) => {
    const { names, options } = parse(typed);

    expect(() => requireChoice(names, options)).not.toThrow();
  });

  test.for(["", "--state buried"])("'%s' is not", (typed) => {
    const { options } = parse(typed);

    expect(() => requireChoice([], options)).toThrow(PipelineError);
    expect(() => requireChoice([], options)).toThrow(
      expect.objectContaining({ code: "filter_needed", domain: "user" }),
    );
  });
});

/** What Commander makes of the words; throws its refusal. */
function parse(typed: string): {
  names: readonly LetterName[];
  options: FilterOptions & { readonly all?: boolean };
} {
  const typedNames: LetterName[] = [];
  const command = addFilterOptions(new Command("test"))
    .option("--all")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .action((names: readonly LetterName[]) => {
      typedNames.push(...names);
    });
  command.parse(typed.split(" ").filter(Boolean), { from: "user" });
  return { names: typedNames, options: command.opts() };
}
