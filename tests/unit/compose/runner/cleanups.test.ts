import { expect, test } from "vitest";

import { createCleanups } from "#compose/runner/cleanups.ts";

test("cleanups run once, the newest first", async () => {
  const done: string[] = [];
  const cleanups = createCleanups();
  cleanups.add(() => void done.push("server"));
  cleanups.add(() => void done.push("client"));

  await Promise.all([cleanups.run(), cleanups.run()]);

  expect(done).toEqual(["client", "server"]);
});

test("one that fails keeps none of the others from being tried, and is reported", async () => {
  const done: string[] = [];
  const fault = new Error("client is stuck");
  const cleanups = createCleanups();
  cleanups.add(() => void done.push("server"));
  cleanups.add(() => Promise.reject(fault));

  await expect(cleanups.run()).rejects.toBe(fault);
  expect(done).toEqual(["server"]);
});
