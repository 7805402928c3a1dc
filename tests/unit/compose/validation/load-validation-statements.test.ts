import { describe, expect, test } from "vitest";

import { CHECKS_WHEN_DRAINED } from "#compose/validation/check-kafka.ts";
import { loadValidationStatements } from "#compose/validation/load-validation-statements.ts";

describe.each(["checks", "reports"] as const)("each of the %s", (kind) => {
  test.each(loadValidationStatements(kind))(
    "$name is one statement that can be put into another",
    ({ statement }) => {
      const code = statement.text.replaceAll(/--.*$/gm, "");

      expect(code).not.toMatch(/;|\$\d/);
      expect(code.trim()).toMatch(/^(select|with)\b/);
    },
  );

  test.each(loadValidationStatements(kind))(
    "$name has a name that Postgres does not cut",
    ({ statement }) => {
      expect(Buffer.byteLength(statement.name)).toBeLessThanOrEqual(63);
    },
  );
});

test("a check carries the first sentence of its file as its title", () => {
  const titles = new Map(
    loadValidationStatements("checks").map(({ name, title }) => [name, title]),
  );

  expect(titles.get("albums_have_artists")).toBe(
    "Every album refers to an artist that exists.",
  );
});

test("checks that wait until everything is consumed exist", () => {
  const names = new Set(
    loadValidationStatements("checks").map(({ name }) => name),
  );

  expect([...CHECKS_WHEN_DRAINED].filter((name) => !names.has(name))).toEqual(
    [],
  );
});
