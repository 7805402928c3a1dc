import { expect, test } from "vitest";

import { describeFailure } from "#compose/cli/describe-failure.ts";
import { PipelineError } from "#shared/errors.ts";

const portInUse = new PipelineError("Port 5432 is taken.", {
  code: "port_in_use",
  domain: "user",
  cause: new Error("EADDRINUSE"),
});

test("an error that people can mend is its message alone", () => {
  expect(describeFailure(portInUse, false)).toBe("Port 5432 is taken.");
});

test("an error of ours says where to look", () => {
  expect(describeFailure(new TypeError("x is not a function"), false)).toBe(
    "Unexpected error: x is not a function\nRun the command again with --debug for its stack; the functions' logs are in .data/logs.",
  );
});

test("asked for, the stacks of the error and of its cause are shown", () => {
  const text = describeFailure(portInUse, true);

  expect(text).toMatch(
    /^Port 5432 is taken\.\nPipelineError: Port 5432 is taken\.\n +at /,
  );
  expect(text).toContain("Error: EADDRINUSE\n    at ");
});
