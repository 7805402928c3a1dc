import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { claimRunner, findRunner } from "#compose/runner/runner-claim.ts";

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "runner-claim-"));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

test("a second runner is refused and told of the first", async () => {
  await claimRunner(dataDir);

  await expect(claimRunner(dataDir)).rejects.toMatchObject({
    code: "already_running",
    message: expect.stringContaining(
      `A runner (pid ${process.pid}) already works on ${dataDir}.`,
    ),
  });
});

test("of two that start at once, one is refused", async () => {
  const results = await Promise.allSettled([
    claimRunner(dataDir),
    claimRunner(dataDir),
  ]);

  expect(results.map(({ status }) => status).sort()).toEqual([
    "fulfilled",
    "rejected",
  ]);
});

test("a released claim is free", async () => {
  const claim = await claimRunner(dataDir);
  await claim.release();

  await expect(findRunner(dataDir)).resolves.toBeUndefined();
  await expect(claimRunner(dataDir)).resolves.toBeDefined();
});

test("the claim of a killed runner is no obstacle, also when its pid belongs to somebody else now", async () => {
  const identity = await readProcessIdentity(process.pid);
  writeFileSync(
    join(dataDir, "runner.pid"),
    JSON.stringify({ pid: process.pid, identity: `before ${identity}` }),
  );

  await expect(findRunner(dataDir)).resolves.toBeUndefined();
  await claimRunner(dataDir);

  await expect(findRunner(dataDir)).resolves.toBe(process.pid);
});
