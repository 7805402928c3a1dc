import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withFileLock } from "#compose/embedded/file-lock.ts";

const LOCK_MODULE = new URL(
  "../../../../compose/embedded/file-lock.ts",
  import.meta.url,
).href;
let directory: string;
let path: string;
let holder: ChildProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "file-lock-"));
  path = join(directory, "lock");
});
afterEach(async () => {
  holder?.kill("SIGKILL");
  await rm(directory, { recursive: true });
});

test("tasks under the same lock run one after the other", async () => {
  const steps: string[] = [];
  const task = (name: string) => async () => {
    steps.push(`${name} begins`);
    await new Promise(setImmediate);
    steps.push(`${name} ends`);
  };

  await Promise.all([
    withFileLock(path, 5_000, task("first")),
    withFileLock(path, 5_000, task("second")),
  ]);

  // Which of them comes first is nobody's promise.
  const [winner, loser] =
    steps[0] === "first begins" ? ["first", "second"] : ["second", "first"];
  expect(steps).toEqual([
    `${winner} begins`,
    `${winner} ends`,
    `${loser} begins`,
    `${loser} ends`,
  ]);
});

test("a task that fails gives the lock back and its error on", async () => {
  await expect(
    withFileLock(path, 100, () => Promise.reject(new Error("no"))),
  ).rejects.toThrow("no");

  expect(await withFileLock(path, 100, () => Promise.resolve("next"))).toBe(
    "next",
  );
});

test("another process waits in vain while one holds the lock, and gets it when that one is killed", async () => {
  // given another process that holds the lock for ever
  const program = `
    import { withFileLock } from ${JSON.stringify(LOCK_MODULE)};
    setInterval(() => undefined, 1000);
    await withFileLock(${JSON.stringify(path)}, 1000, () => new Promise(() => console.log("held")));`;
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", program],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  holder = child;
  await once(child.stdout, "data");

  // when it is asked for before and after the end of that process
  const before = withFileLock(path, 200, () => Promise.resolve("early"));
  await expect(before).rejects.toMatchObject({
    code: "lock_timeout",
    retry: true,
  });
  child.kill("SIGKILL");

  // then
  expect(await withFileLock(path, 5_000, () => Promise.resolve("late"))).toBe(
    "late",
  );
});
