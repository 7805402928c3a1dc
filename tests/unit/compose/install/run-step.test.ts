import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { readIfExists } from "#compose/embedded/read-if-exists.ts";
import { runStep } from "#compose/install/run-step.ts";
import { makeTemporaryFolder } from "../localstack/temporary-folder.ts";

const FAILURE = {
  what: "Something could not be made",
  advice: "Try again",
  code: "something_failed",
};

const PATH = "/usr/bin:/bin";
const RUN_STEP = new URL(
  "../../../../compose/install/run-step.ts",
  import.meta.url,
).href;
const POLL = { timeout: 20_000 };

const runScript = (
  script: string,
  environment: Readonly<Record<string, string>> = {},
) =>
  runStep({
    command: "sh",
    args: ["-c", script],
    environment: { PATH, ...environment },
    failure: FAILURE,
  });

const execute = promisify(execFile);
const listCommands = async (): Promise<string> =>
  (await execute("ps", ["-A", "-ww", "-o", "args"])).stdout;

/** The message with which a script fails. */
async function readFailure(script: string): Promise<string> {
  const failed = runScript(script);
  await expect(failed).rejects.toMatchObject({
    code: "something_failed",
    domain: "external",
    retry: true,
  });
  return failed.then(
    () => "",
    (error: unknown) => String(error),
  );
}

test("a step that succeeds is over when its program has ended", async () => {
  const file = join(await makeTemporaryFolder(), "done");

  await runScript(`echo "$WORD" > ${file}`, { WORD: "from its environment" });

  await expect(readFile(file, "utf8")).resolves.toBe("from its environment\n");
});

test("a program sees the variables of its step and no other", async () => {
  await expect(runScript('test -z "$HOME"')).resolves.toBeUndefined();
});

test("a step that fails is named, with its exit code and what it said on both streams", async () => {
  const message = await readFailure("echo one; echo two >&2; exit 7");

  expect(message).toContain(
    "sh -c echo one; echo two >&2; exit 7 failed (exit code 7)",
  );
  expect(message.split("\n").slice(1).sort()).toEqual(["one", "two"]);
});

test("of a long output the last 20 lines are shown, the last one without its line end too", async () => {
  const message = await readFailure("seq 1 99; printf 100; exit 1");

  expect(message.split("\n").slice(1)).toEqual(
    Array.from({ length: 20 }, (_, index) => String(81 + index)),
  );
});

test("a program that is killed fails with the signal's name", async () => {
  await expect(readFailure("kill -9 $$")).resolves.toContain(
    "failed (signal SIGKILL)",
  );
});

test("a program that is not there fails with its name", async () => {
  await expect(
    runStep({
      command: "no-such-program",
      args: [],
      environment: { PATH },
      failure: FAILURE,
    }),
  ).rejects.toMatchObject({
    code: "something_failed",
    message: expect.stringContaining("spawn no-such-program ENOENT"),
  });
});

test("a program ends with the process that runs it, even when that one is killed", async () => {
  const file = join(await makeTemporaryFolder(), "pid");
  const step = {
    command: "sh",
    args: ["-c", `echo $$ > ${file}; exec sleep 600`],
    environment: { PATH },
    failure: FAILURE,
  };
  const runner = spawn(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `import { runStep } from ${JSON.stringify(RUN_STEP)}; await runStep(${JSON.stringify(step)});`,
    ],
    { stdio: "ignore" },
  );
  onTestFinished(() => {
    runner.kill("SIGKILL");
  });
  const readPid = async () => Number((await readIfExists(file)) ?? "0");
  await expect.poll(readPid, POLL).toBeGreaterThan(0);
  const pid = await readPid();
  expect(await readProcessIdentity(pid)).toBeDefined();
  // A moment later than the program there is who ends it.
  await expect.poll(listCommands, POLL).toContain(`kill ${pid}`);

  runner.kill("SIGKILL");
  await once(runner, "close");

  await expect.poll(() => readProcessIdentity(pid), POLL).toBeUndefined();
});
