import { chmod, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { expect, test } from "vitest";

import { ensureBuildTools } from "#compose/localstack/ensure-build-tools.ts";
import { makeTemporaryFolder, writeProgram } from "./temporary-folder.ts";

const ROOT = 0;
const SOMEBODY = 1000;
const TOOLS = [
  "autoreconf",
  "automake",
  "libtoolize",
  "cmake",
  "g++",
  "make",
  "xz",
];
const without = (...missing: readonly string[]) =>
  TOOLS.filter((name) => !missing.includes(name));

/** A machine with these programs, and an apt-get that writes down what it is asked and ends as it is told. */
async function makeMachine(
  programs: readonly string[],
  { hasApt = true, aptEnding = "exit 0" } = {},
) {
  const folder = await makeTemporaryFolder();
  for (const name of programs) await writeProgram(folder, name);
  const calls = join(await makeTemporaryFolder(), "calls");
  if (hasApt) {
    await writeProgram(
      folder,
      "apt-get",
      `echo "$DEBIAN_FRONTEND $*" >> ${calls}`,
      aptEnding,
    );
  }
  const progress: string[] = [];
  return {
    folder,
    progress,
    readCalls: async () =>
      (await readFile(calls, "utf8").catch(() => ""))
        .split("\n")
        .filter((line) => line !== ""),
    ensure: (user: number, path: string = folder) =>
      ensureBuildTools(
        { PATH: path },
        (message) => progress.push(message),
        user,
      ),
  };
}

test("nothing is installed where every tool is there", async () => {
  const { ensure, readCalls, progress } = await makeMachine(TOOLS);

  await ensure(ROOT);

  expect(await readCalls()).toEqual([]);
  expect(progress).toEqual([]);
});

test("a tool may lie in any folder of PATH", async () => {
  const first = await makeMachine(without("cmake", "xz"), { hasApt: false });
  const second = await makeMachine(["cmake", "xz"], { hasApt: false });

  await expect(
    first.ensure(SOMEBODY, [first.folder, second.folder].join(delimiter)),
  ).resolves.toBeUndefined();
});

test("root has apt-get install exactly the packages of the missing tools, without questions", async () => {
  const { ensure, readCalls, progress } = await makeMachine(
    without("autoreconf", "libtoolize", "xz"),
  );

  await ensure(ROOT);

  expect(await readCalls()).toEqual([
    "noninteractive update -qq",
    "noninteractive install -y -qq --no-install-recommends autoconf libtool xz-utils",
  ]);
  expect(progress).toEqual([
    "LocalStack: installing autoconf, libtool, xz-utils",
  ]);
});

test.each([
  ["somebody else than root", SOMEBODY, true],
  ["root without apt-get", ROOT, false],
])("%s is told the command", async (_, user, hasApt) => {
  const { ensure, readCalls } = await makeMachine(without("g++", "make"), {
    hasApt,
  });

  await expect(ensure(user)).rejects.toMatchObject({
    code: "missing_build_tools",
    domain: "user",
    message: expect.stringContaining("sudo apt-get install g++ make. "),
  });
  expect(await readCalls()).toEqual([]);
});

test("a file that cannot be run is no tool", async () => {
  const { ensure, folder } = await makeMachine(TOOLS);
  await chmod(join(folder, "cmake"), 0o644);

  await expect(ensure(SOMEBODY)).rejects.toThrow("apt-get install cmake.");
});

test("what apt-get says when it fails is shown", async () => {
  const { ensure } = await makeMachine(without("make"), {
    aptEnding: "echo 'E: no such package' >&2; exit 100",
  });

  await expect(ensure(ROOT)).rejects.toMatchObject({
    code: "localstack_install_failed",
    message: expect.stringContaining("E: no such package"),
  });
});
