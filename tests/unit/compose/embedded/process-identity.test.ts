import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { readProcessIdentity } from "#compose/embedded/process-identity.ts";

const children: ReturnType<typeof spawn>[] = [];

afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
  }
});

test("a process keeps its identity for life and shares it with no other", async () => {
  const other = start("sleep", "60");

  const [first, again, others] = await Promise.all(
    [process.pid, process.pid, other.pid ?? 0].map((pid) =>
      readProcessIdentity(pid),
    ),
  );

  expect(first).toBeDefined();
  expect(again).toBe(first);
  expect(others).toBeDefined();
  expect(others).not.toBe(first);
});

test("a process that ended has none", async () => {
  const child = start("true");
  await once(child, "close");

  expect(await readProcessIdentity(child.pid ?? 0)).toBeUndefined();
});

test("a process that ended and was never waited for has none either", async () => {
  // given a parent that leaves its dead child as a zombie: `cat` waits for nobody, and what it echoes proves that the
  // shell, which might have, is gone
  const parent = start("sh", "-c", "sleep 60 & echo $!; exec cat");
  const zombie = Number(await once(parent.stdout, "data"));
  parent.stdin.write("exec is done");
  await once(parent.stdout, "data");
  process.kill(zombie, "SIGKILL");

  await expect.poll(() => readProcessIdentity(zombie)).toBeUndefined();
  expect(() => process.kill(zombie, 0)).not.toThrow();
});

function start(command: string, ...args: string[]) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  return child;
}
