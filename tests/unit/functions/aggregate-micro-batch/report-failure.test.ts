import { expect, test } from "vitest";

import { reportFailure } from "#functions/aggregate-micro-batch/report-failure.ts";
import { collectLog } from "#tests/support/collect-log.ts";

test("work that succeeds is passed on", async () => {
  const { logger, lines } = collectLog();

  const summary = await reportFailure(
    () => Promise.resolve({ merged: 3 }),
    logger,
  )();

  expect(summary).toEqual({ merged: 3 });
  expect(lines).toEqual([]);
});

test("work that fails is logged as an error and does not fail the micro-batch", async () => {
  const { logger, lines } = collectLog();
  const failure = new Error("no connection");

  const summary = await reportFailure(() => Promise.reject(failure), logger)();

  expect(summary).toEqual({ failed: true });
  expect(lines).toEqual([
    ["error", expect.stringContaining("closing failed"), failure],
  ]);
});
