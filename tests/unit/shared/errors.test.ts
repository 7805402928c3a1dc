import { expect, test } from "vitest";

import { PipelineError } from "#shared/errors.ts";

test("an error says by name, code and domain what it is and by retry what to do", () => {
  const cause = new Error("connection refused");

  const error = new PipelineError("Postgres cannot be reached.", {
    code: "postgres_unreachable",
    domain: "external",
    retry: true,
    cause,
  });

  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe("PipelineError");
  expect(error.message).toBe("Postgres cannot be reached.");
  expect(error.code).toBe("postgres_unreachable");
  expect(error.domain).toBe("external");
  expect(error.retry).toBe(true);
  expect(error.cause).toBe(cause);
});

test("an error is final unless it says otherwise", () => {
  const error = new PipelineError("Wrong.", { code: "wrong", domain: "user" });

  expect(error.retry).toBe(false);
});

test("an error without a cause prints none", () => {
  const error = new PipelineError("Wrong.", { code: "wrong", domain: "user" });

  expect(Object.hasOwn(error, "cause")).toBe(false);
});
