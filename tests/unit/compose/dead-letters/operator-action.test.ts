import { hostname, userInfo } from "node:os";

import { describe, expect, test } from "vitest";

import {
  describeAction,
  nameOperator,
} from "#compose/dead-letters/operator-action.ts";

/** What Node does for a user without an entry in /etc/passwd. */
const refuse = () => {
  throw new Error("uv_os_get_passwd returned ENOENT");
};

describe("an operator is named", () => {
  test("as the machine knows them", () => {
    expect(nameOperator()).toBe(`${userInfo().username}@${hostname()}`);
  });

  test("by number where nobody has given the user a name, as in a container", () => {
    expect(nameOperator(refuse)).toBe(
      `user ${process.getuid?.()}@${hostname()}`,
    );
  });
});

const CHANGES = [
  { field: "user_id", text: "7" },
  { field: "timestamp", text: "2026-01-01T00:00:00Z" },
];

test.for([
  [null, [], null],
  ["as agreed", [], "as agreed"],
  ["", [], ""],
  [null, CHANGES, "set user_id=7, timestamp=2026-01-01T00:00:00Z"],
  [
    "as agreed",
    CHANGES,
    "set user_id=7, timestamp=2026-01-01T00:00:00Z; as agreed",
  ],
] as const)(
  "with the note %j and %j it is written down as %j",
  ([note, changes, written]) => {
    expect(describeAction(note, changes)).toBe(written);
  },
);
