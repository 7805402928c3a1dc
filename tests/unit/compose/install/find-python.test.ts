import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { findPython } from "#compose/install/find-python.ts";
import {
  makeTemporaryFolder,
  writeProgram,
} from "../localstack/temporary-folder.ts";

const NEED = {
  product: "Something",
  version: "3.13",
  debian: "Debian 13",
};

const says = (version: string) => [`echo "Python ${version}"`];
// What pyenv's command does for a version that is not switched on.
const SHIM = ["echo 'pyenv: python3.13: command not found' >&2", "exit 127"];

/** A machine with this `python3.13` on PATH, and with these versions of pyenv. */
async function makeMachine({
  onPath,
  pyenv = {},
}: {
  readonly onPath?: readonly string[];
  readonly pyenv?: Readonly<Record<string, readonly string[]>>;
}) {
  const programs = await makeTemporaryFolder();
  const pyenvRoot = await makeTemporaryFolder();
  if (onPath !== undefined)
    await writeProgram(programs, "python3.13", ...onPath);
  for (const [version, script] of Object.entries(pyenv)) {
    const bin = join(pyenvRoot, "versions", version, "bin");
    await mkdir(bin, { recursive: true });
    await writeProgram(bin, "python3.13", ...script);
  }
  const environment = { PATH: programs, PYENV_ROOT: pyenvRoot };
  return { environment, pyenvRoot };
}

test("a Python 3.13 on PATH is taken before one of pyenv", async () => {
  const { environment } = await makeMachine({
    onPath: says("3.13.5"),
    pyenv: { "3.13.0": says("3.13.0") },
  });

  await expect(findPython(NEED, environment)).resolves.toBe("python3.13");
});

test("pyenv's own Python is taken where its command on PATH is switched off", async () => {
  const { environment, pyenvRoot } = await makeMachine({
    onPath: SHIM,
    pyenv: { "3.13.0": says("3.13.0") },
  });

  await expect(findPython(NEED, environment)).resolves.toBe(
    `${pyenvRoot}/versions/3.13.0/bin/python3.13`,
  );
});

test("a Python of pyenv that does not run is passed over for one that does", async () => {
  const { environment, pyenvRoot } = await makeMachine({
    pyenv: { "3.13.0": ["exit 1"], "3.13.1": says("3.13.1") },
  });

  await expect(findPython(NEED, environment)).resolves.toBe(
    `${pyenvRoot}/versions/3.13.1/bin/python3.13`,
  );
});

test.each([
  ["there is none", {}],
  ["the one of that name is older", { onPath: says("3.12.9") }],
  ["the one of that name is newer", { onPath: says("3.130.0") }],
  ["pyenv has others only", { pyenv: { "3.12.1": says("3.13.0") } }],
])("when %s, the error says how to get one", async (_, machine) => {
  const { environment } = await makeMachine(machine);

  await expect(findPython(NEED, environment)).rejects.toMatchObject({
    code: "missing_python",
    domain: "user",
    message: expect.stringContaining("pyenv install 3.13"),
  });
});
