import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import {
  findServerProcess,
  isRunning,
  launchServerProcess,
  readLogTail,
  stopRecordedServer,
  stopServerProcess,
} from "#compose/embedded/server-process.ts";

const QUICK_STOP = [
  { signal: "SIGTERM", waitMs: 300 },
  { signal: "SIGKILL", waitMs: 5_000 },
] as const;
let directory: string;
let pidFile: string;
let logFile: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "server-process-"));
  pidFile = join(directory, "server.pid");
  logFile = join(directory, "server.log");
});
afterEach(async () => {
  await stopRecordedServer(pidFile, QUICK_STOP);
  await rm(directory, { recursive: true });
});

test("a launched process is found by its pid file until it is stopped", async () => {
  const launched = await launch("sleep", "60");

  expect(await findServerProcess(pidFile)).toEqual(launched);
  expect(await stopRecordedServer(pidFile, QUICK_STOP)).toBe(true);

  expect(await isRunning(launched)).toBe(false);
  expect(await findServerProcess(pidFile)).toBeUndefined();
  expect(await stopRecordedServer(pidFile, QUICK_STOP)).toBe(false);
});

test("it leads a process group of its own, so that Ctrl-C in the terminal does not reach it", async () => {
  const { pid } = await launch("sh", "-c", "ps -o pgid= -p $$; exec sleep 60");

  await expect
    .poll(async () => Number(await readFile(logFile, "utf8")))
    .toBe(pid);
});

test("its output goes to the log, of which the last lines can be shown", async () => {
  await launch("sh", "-c", "seq 1 100; echo failed >&2; exec sleep 60");

  await expect
    .poll(() => readLogTail(logFile))
    .toMatch(/^87\n.*\n100\nfailed$/s);
});

test("a process that ignores the polite signal is killed", async () => {
  const stubborn = await launch(
    "sh",
    "-c",
    'trap "" TERM; echo ready; while :; do sleep 0.1; done',
  );
  await expect.poll(() => readFile(logFile, "utf8")).toBe("ready\n");

  await stopServerProcess(pidFile, stubborn, QUICK_STOP);

  expect(await isRunning(stubborn)).toBe(false);
});

test("a pid that belongs to another process by now is neither found nor killed", async () => {
  // given a pid file whose pid was given to a process that started later
  const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(stranger, "spawn");
  const pid = stranger.pid ?? 0;
  const recorded = {
    pid,
    identity: "an earlier start",
    port: 1,
    fingerprint: "",
  };
  await writeFile(pidFile, JSON.stringify(recorded));

  expect(await stopRecordedServer(pidFile, QUICK_STOP)).toBe(false);
  await stopServerProcess(pidFile, recorded, QUICK_STOP);

  expect(await readProcessIdentity(pid)).toBeDefined();
  stranger.kill();
});

test.each(["", "4711", "{}", '{"pid":1'])(
  "a pid file that holds %j is no obstacle",
  async (content) => {
    await writeFile(pidFile, content);

    expect(await findServerProcess(pidFile)).toBeUndefined();
  },
);

function launch(command: string, ...args: string[]) {
  return launchServerProcess({
    pidFile,
    logFile,
    port: 1,
    fingerprint: "",
    command,
    args,
    env: { PATH: process.env.PATH ?? "" },
    runAs: undefined,
  });
}
