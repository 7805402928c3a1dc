import type { Argument, Option } from "commander";
import { describe, expect, test } from "vitest";

import { bury } from "#compose/cli/dlq/bury.ts";
import { exportCommand } from "#compose/cli/dlq/export.ts";
import { redrive } from "#compose/cli/dlq/redrive.ts";
import { dimensionCommand } from "#compose/cli/produce/dimension.ts";
import {
  type ExplainedLetter,
  explainReason,
  nextSteps,
} from "#shared/domain/explain-letter.ts";
import {
  DISCARD_REASONS,
  REJECTION_REASONS,
} from "#shared/domain/rejection.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

const REASONS = [
  ...Object.keys({ ...REJECTION_REASONS, ...DISCARD_REASONS }),
  "of_a_newer_version",
];
const STATES = ["waiting", "redriven", "resolved", "buried"] as const;
const RESOLUTIONS = {
  resolved: [
    "landed",
    "applied",
    "superseded",
    "rejected_again",
    "replaced",
    "of_a_newer_version",
  ],
  buried: ["attempts_spent", "by_operator"],
} as const;
const LETTER: ExplainedLetter = {
  id: "12",
  state: "waiting",
  resolution: null,
  reason: "invalid_schema",
  detail: "/user_id: expected an integer from 1 to 2147483647",
  awaited: [],
  dueAt: null,
  record: { topic: STREAM_EVENTS_TOPIC },
};
const SUBCOMMANDS = {
  "dlq redrive": redrive,
  "dlq bury": bury,
  "dlq export": exportCommand,
  "produce dimension": dimensionCommand,
};

describe("a reason is explained in a sentence", () => {
  test.for(Object.entries({ ...REJECTION_REASONS, ...DISCARD_REASONS }))(
    "%s",
    ([reason, sentence]) => {
      expect(explainReason(reason)).toBe(sentence);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    },
  );

  test.for(["of_a_newer_version", "constructor", "__proto__"])(
    "also one that this version does not know: %s",
    (reason) => {
      expect(explainReason(reason)).toBe(
        `This version knows no reason "${reason}"; a newer one has written it.`,
      );
    },
  );
});

describe.for(REASONS)("the next step of a letter rejected for %s", (reason) => {
  const letters = listLetters(reason);

  test("is there, whatever its state", () => {
    for (const letter of letters)
      expect({ letter, steps: nextSteps(letter) }).toEqual({
        letter,
        steps: expect.arrayContaining([expect.stringMatching(/\S/)]),
      });
  });

  test("names commands that there are, with options that they have", () => {
    const faults = letters.flatMap((letter) =>
      listCommands(letter).flatMap((command) =>
        findFaults(command).map((fault) => `${command}: ${fault}`),
      ),
    );

    expect(faults).toEqual([]);
  });

  test("is to send it again only where records of its topic are", () => {
    const commands = ["dead-letter-queue", "of-others"].flatMap((topic) =>
      letters.flatMap((letter) =>
        listCommands({ ...letter, record: { topic } }),
      ),
    );

    expect(commands).toContain("npm run dlq -- bury 12");
    expect(commands).toContain("npm run dlq -- export 12");
    expect(commands.filter((command) => command.includes("redrive"))).toEqual(
      [],
    );
  });

  test("is to give it up only while it waits", () => {
    for (const letter of letters)
      expect({
        letter,
        isNamed: listCommands(letter).includes("npm run dlq -- bury 12"),
      }).toEqual({ letter, isNamed: letter.state === "waiting" });
  });
});

test.for([
  ["malformed_json", "expected JSON, found no value", "FIELD=VALUE"],
  ["invalid_schema", "/is_liked: expected true or false", "is_liked=VALUE"],
  ["invalid_schema", "/event_id: is missing", "event_id=VALUE"],
  ["invalid_schema", "/: expected an object", "FIELD=VALUE"],
  ["invalid_schema", "key: expected an id", "FIELD=VALUE"],
  ["conflicting_duplicate", "/event_id: a play", "event_id=UUID"],
  ["future_timestamp", "/timestamp: expected", "timestamp=TIME"],
  ["older_than_retention", "/timestamp: expected", "timestamp=TIME"],
] as const)("%s, '%s' is mended with %s", ([reason, detail, change]) => {
  expect(listCommands({ ...LETTER, reason, detail })).toContain(
    `npm run dlq -- redrive 12 --set ${change}`,
  );
});

test("each row that is waited for is named with the command that adds it", () => {
  const awaited = DIMENSIONS.map((dimension, id) => ({
    dimension,
    id: id + 1,
  }));

  const steps = nextSteps({ ...LETTER, reason: "unknown_reference", awaited });

  expect(steps.slice(0, 8)).toEqual([
    "It is sent again by itself once these have arrived:",
    "  users 1: npm run produce -- dimension users --set user_id=1 --set …",
    "  artists 2: npm run produce -- dimension artists --set artist_id=2 --set …",
    "  albums 3: npm run produce -- dimension albums --set album_id=3 --set …",
    "  songs 4: npm run produce -- dimension songs --set song_id=4 --set …",
    "  devices 5: npm run produce -- dimension devices --set device_id=5 --set …",
    "  locations 6: npm run produce -- dimension locations --set location_id=6 --set …",
    "Or it names the wrong one: npm run dlq -- redrive 12 --set user_id=ID",
  ]);
});

test("a letter whose references have all arrived waits for none of them", () => {
  const steps = nextSteps({ ...LETTER, reason: "unknown_reference" });

  expect(steps.join("\n")).not.toContain("once these have arrived");
  expect(steps[0]).toMatch(/^All that it lacked has arrived/);
});

test("a letter that is due needs nobody, whatever its reason was", () => {
  const dueAt = "2026-01-15T12:00:00.000000Z";

  for (const reason of REASONS)
    expect(nextSteps({ ...LETTER, reason, dueAt })).toEqual([
      `Nothing: it is sent again by itself, not before ${dueAt}.`,
      "To give it up: npm run dlq -- bury 12",
    ]);
});

/** A letter of the reason in every state, with everything that it may wait for. */
function listLetters(reason: string): ExplainedLetter[] {
  return STATES.flatMap((state) => {
    const resolutions =
      state === "resolved" || state === "buried" ? RESOLUTIONS[state] : [null];
    return resolutions.flatMap((resolution) => [
      { ...LETTER, reason, state, resolution },
      {
        ...LETTER,
        reason,
        state,
        resolution,
        awaited: [{ dimension: "songs", id: 9 } as const],
      },
    ]);
  });
}

function listCommands(letter: ExplainedLetter): string[] {
  return nextSteps(letter).flatMap(
    (step) => /npm run .*$/.exec(step)?.[0] ?? [],
  );
}

/** Why a command could not be typed so; words in capitals stand for what a person knows, … for more of the same. */
function findFaults(command: string): string[] {
  const [, name = "", rest = ""] =
    /^npm run (\S+ -- \S+) ?(.*)$/.exec(command.replace(/ --set …$/, "")) ?? [];
  const found = Object.entries(SUBCOMMANDS).find(
    ([known]) => known === name.replace(" -- ", " "),
  );
  if (found === undefined) return [`there is no ${name}`];
  const [, subcommand] = found;
  const words = rest.split(" ");
  const faults: string[] = [];
  while (words[0]?.startsWith("--") === false) {
    const [argument] = subcommand.registeredArguments;
    faults.push(...attempt(argument, words.shift() ?? ""));
  }
  while (words.length > 0) {
    const flag = words.shift();
    const option = subcommand.options.find(({ long }) => long === flag);
    if (option === undefined) faults.push(`there is no ${flag}`);
    else if (option.required)
      faults.push(...attempt(option, words.shift() ?? ""));
  }
  return faults;
}

/** What Commander says of a value. */
function attempt(
  target: Option | Argument | undefined,
  text: string,
): string[] {
  if (target === undefined) return [`"${text}" is not expected`];
  try {
    target.parseArg?.(text, target.defaultValue ?? []);
    return [];
  } catch (error) {
    return [String(error)];
  }
}
