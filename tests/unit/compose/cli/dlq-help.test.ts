import type { Command } from "commander";
import { expect, test } from "vitest";

import { bury } from "#compose/cli/dlq/bury.ts";
import { exportCommand } from "#compose/cli/dlq/export.ts";
import { list } from "#compose/cli/dlq/list.ts";
import { redrive } from "#compose/cli/dlq/redrive.ts";
import { show } from "#compose/cli/dlq/show.ts";
import { stats } from "#compose/cli/dlq/stats.ts";
import { tail } from "#compose/cli/dlq/tail.ts";
import { dimensionCommand } from "#compose/cli/produce/dimension.ts";

const COMMON = ["--data-dir", "--debug"];
const TOPIC_FILTERS = ["--reason", "--topic", "--from", "--to", "--reference"];
const FILTERS = [...TOPIC_FILTERS, "--state"];
const ACTIONS = ["--all", "--dry-run", "--rate", "--as", "--note", "--json"];

test.for<[string, Command, string, readonly string[]]>([
  ["list", list, "[letters...]", [...FILTERS, "--limit", "--json"]],
  ["show", show, "[letters...]", [...FILTERS, "--json"]],
  ["redrive", redrive, "[letters...]", [...FILTERS, ...ACTIONS, "--set"]],
  ["bury", bury, "[letters...]", [...FILTERS, ...ACTIONS]],
  ["export", exportCommand, "[letters...]", [...FILTERS, "--output"]],
  ["stats", stats, "[letters...]", [...FILTERS, "--json"]],
  [
    "tail",
    tail,
    "",
    [
      ...TOPIC_FILTERS,
      "--internal",
      "--external",
      "--from-beginning",
      "--exit-at-end",
      "--json",
    ],
  ],
  [
    "dimension",
    dimensionCommand,
    "<dimension>",
    ["--internal", "--external", "--set", "--tombstone"],
  ],
])(
  "%s explains itself and all of its options",
  ([name, command, arguments_, options]) => {
    const help = command.helpInformation();

    expect(help).toContain(
      `Usage: ${name} [options]${arguments_ === "" ? "" : ` ${arguments_}`}\n`,
    );
    expect(new Set(command.options.map(({ long }) => long))).toEqual(
      new Set([...COMMON, ...options]),
    );
    expect(
      command.options.filter(({ description }) => description === ""),
    ).toEqual([]);
  },
);

test.for([redrive, bury])("an action is somebody's: $_name", (command) => {
  const as = command.options.find(({ long }) => long === "--as");

  for (const text of ["", "  "])
    expect(() => as?.parseArg?.(text, as.defaultValue)).toThrow(
      "Expected a name.",
    );
  expect(as?.parseArg?.("ann@desk", as.defaultValue)).toBe("ann@desk");
  expect(as?.defaultValue).toMatch(/.@./);
});
