import { expect, test } from "vitest";

import { namesUser } from "#compose/forget/names-user.ts";

const bytes = (text: string | null) =>
  text === null ? null : new TextEncoder().encode(text);

test.for([
  ["the key, whatever the value is", "42", "no json", null, true],
  [
    "the value, although the key is another one",
    "7",
    `{"user_id":42}`,
    null,
    true,
  ],
  [
    "the value, where the key is no number",
    "user-42",
    `{"user_id":"42"}`,
    null,
    true,
  ],
  ["the value, where there is no key", null, `{"user_id":42}`, null, true],
  [
    "what an operator sent in its place",
    "7",
    `{"user_id":7}`,
    `{"user_id":42}`,
    true,
  ],
  ["the value, written otherwise", "7", `{"user_id":" 042"}`, null, true],
  [
    "nobody can say: the value is no number",
    "7",
    `{"user_id":[42]}`,
    null,
    "unknown",
  ],
  ["neither", "7", `{"user_id":7}`, null, false],
  [
    "neither, of a number that begins alike",
    "420",
    `{"user_id":421}`,
    null,
    false,
  ],
  ["nobody can say: the value is no JSON", "7", "Ada", null, "unknown"],
  [
    "nobody can say: the value's number is none",
    "7",
    `{"user_id":"user 42"}`,
    null,
    "unknown",
  ],
  [
    "nobody can say: the value has no number",
    "7",
    `{"name":"Ada"}`,
    null,
    "unknown",
  ],
  ["neither: there is no value", "7", null, null, false],
] as const)(
  "a letter names the user by %s",
  ([, key, value, mended, names]) => {
    expect(
      namesUser(
        { key: bytes(key), values: [bytes(value), bytes(mended)] },
        "42",
      ),
    ).toBe(names);
  },
);
