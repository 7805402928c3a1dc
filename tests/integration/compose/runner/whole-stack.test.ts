import { access, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { readConnectionEnv } from "#compose/embedded/connection-env.ts";
import {
  openCommandStack,
  readPlayCounts,
  STACK_TIMEOUT_MS,
  type CommandStack,
} from "./command-stack.ts";

let stack: CommandStack;
beforeAll(async () => {
  stack = await openCommandStack();
});
afterAll(() => stack?.close());

test(
  "a drained start ends with every play in all five tables and a passed validation",
  { timeout: STACK_TIMEOUT_MS },
  async () => {
    const { exitCode, stdout, stderr } = await stack.run(
      "start",
      "--exit-when-drained",
      "--plays",
      "3000",
    );

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(readPlayCounts(stdout)).toEqual([
      "3,000",
      "3,000",
      "3,000",
      "3,000",
      "3,000",
    ]);
    expect(stdout).toContain(" 0 failed, 0 not checked.");
    expect(stdout).toMatch(/Stopped\.\n$/);
  },
);

test(
  "no secret reaches the terminal or a file that others can read, and a reset leaves nothing",
  { timeout: STACK_TIMEOUT_MS },
  async () => {
    const connections = await readConnectionEnv(stack.dataDir);
    const passwords = Object.values(connections?.databaseUrls ?? {}).map(
      (url) => new URL(url).password,
    );
    expect(passwords.filter((password) => password.length >= 20)).toHaveLength(
      4,
    );
    expect(
      (await stat(join(stack.dataDir, "connection.env"))).mode & 0o077,
    ).toBe(0);
    const up = stack.spawn("up");
    await up.waitFor("ready: ");

    const reset = await stack.run("reset", "--yes");

    expect(reset).toMatchObject({ exitCode: 0 });
    const { stdout, stderr } = await up.ended;
    for (const password of passwords)
      expect(stdout + stderr).not.toContain(password);
    await expect(access(join(stack.dataDir, "secrets.json"))).rejects.toThrow(
      "ENOENT",
    );
    expect(
      (await readdir(stack.dataDir)).filter(
        (name) => !name.startsWith("runner.pid"),
      ),
    ).toEqual([]);
  },
);
