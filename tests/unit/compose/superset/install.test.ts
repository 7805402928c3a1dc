import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import {
  CONSTRAINTS,
  locateHome,
  SUPERSET_VERSION,
} from "#compose/superset/home.ts";
import { installSuperset } from "#compose/superset/install.ts";
import { makeTemporaryFolder } from "../localstack/temporary-folder.ts";

/** A machine without any Python, on which this much is installed. */
async function makeMachine({ isWhole }: { readonly isWhole: boolean }) {
  const home = await locateHome(await makeTemporaryFolder());
  await mkdir(dirname(home.python), { recursive: true });
  await symlink("/bin/sh", home.python);
  if (isWhole) await writeFile(home.marker, "");
  const folder = await makeTemporaryFolder();
  return {
    home,
    install: () =>
      installSuperset({
        home,
        environment: { PATH: folder, PYENV_ROOT: folder },
        onProgress: () => undefined,
      }),
  };
}

const MISSING_PYTHON = {
  code: "missing_python",
  domain: "user",
  message: expect.stringMatching(/Superset needs Python 3\.11.*pyenv install/),
};

test("an installation that is whole stays as it is", async () => {
  const { install } = await makeMachine({ isWhole: true });

  await expect(install()).resolves.toBe(false);
});

test("one that was interrupted is made anew, for which the right Python is needed", async () => {
  const { install } = await makeMachine({ isWhole: false });

  await expect(install()).rejects.toMatchObject(MISSING_PYTHON);
});

test("one whose Python is gone is made anew", async () => {
  const { home, install } = await makeMachine({ isWhole: true });
  await rm(home.python);

  await expect(install()).rejects.toMatchObject(MISSING_PYTHON);
});

test("the constraints pin everything, and Superset to the version that is installed", async () => {
  const lines = (await readFile(CONSTRAINTS, "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

  expect(lines.filter((line) => !/^[\w.-]+==[\w.]+$/.test(line))).toEqual([]);
  expect(lines).toContain(`apache-superset==${SUPERSET_VERSION}`);
  expect(lines.length).toBeGreaterThan(100);
});

test("the image is of the same versions", async () => {
  const image = await readFile(
    join(dirname(CONSTRAINTS), "Dockerfile"),
    "utf8",
  );
  const driver = /^psycopg2-binary==\S+$/m.exec(
    await readFile(CONSTRAINTS, "utf8"),
  )?.[0];

  expect(image).toContain(`\nFROM apache/superset:${SUPERSET_VERSION}\n`);
  expect(image).toContain(` ${driver}\n`);
});
