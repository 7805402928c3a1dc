import { DatabaseError } from "pg";
import { expect, test } from "vitest";

import { isOutage } from "#shared/adapters/postgres/is-outage.ts";
import { PipelineError } from "#shared/errors.ts";

function refuse(sqlState: string): PipelineError {
  const cause = new DatabaseError("refused", 1, "error");
  cause.code = sqlState;
  return new PipelineError("refused", {
    code: "postgres_statement_failed",
    domain: "external",
    cause,
  });
}

test("a server that cannot be reached is away", () => {
  expect(
    isOutage(
      new PipelineError("gone", {
        code: "postgres_unreachable",
        domain: "external",
      }),
    ),
  ).toBe(true);
});

test.for([
  ["it is starting", "57P03"],
  ["it is stopping", "57P01"],
  ["a statement was cancelled", "57014"],
  ["it has no place for another connection", "53300"],
  ["its disk is full", "53100"],
  ["it is out of time", "25P04"],
  ["its connection failed", "08006"],
] as const)("a server is away when %s", ([, sqlState]) => {
  expect(isOutage(refuse(sqlState))).toBe(true);
});

test.for([
  ["a table is missing", refuse("42P01")],
  ["a right is missing", refuse("42501")],
  ["a value is wrong", refuse("22P02")],
  [
    "the database is not set up",
    new PipelineError("", { code: "database_not_set_up", domain: "user" }),
  ],
  ["the code is wrong", new TypeError("undefined is not a function")],
  ["something that is no error was thrown", "postgres_unreachable"],
] as const)("it is a fault when %s", ([, error]) => {
  expect(isOutage(error)).toBe(false);
});
