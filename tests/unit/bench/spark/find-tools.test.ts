import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { findPython } from "#tests/bench/spark/find-tools.ts";

/** A machine with these programs, each of which says its version when it is asked, or does not run. */
async function makeMachine(
  programs: Readonly<Record<string, string | undefined>>,
) {
  const folder = await mkdtemp(join(tmpdir(), "spark-unit-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, version] of Object.entries(programs)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const line =
      version === undefined ? "exit 127" : `echo "Python ${version}"`;
    await writeFile(file, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
  return {
    folder,
    environment: {
      PATH: join(folder, "bin"),
      PYENV_ROOT: join(folder, "pyenv"),
    },
  };
}

test("the newest Python that PySpark runs on is taken", async () => {
  const { environment } = await makeMachine({
    "bin/python3.14": "3.14.0",
    "bin/python3.12": "3.12.1",
    "bin/python3.11": "3.11.7",
  });

  await expect(findPython(environment)).resolves.toBe("python3.12");
});

test("pyenv's own Python is taken where its command on PATH is switched off", async () => {
  const { folder, environment } = await makeMachine({
    "bin/python3.13": undefined,
    "pyenv/versions/3.13.0/bin/python3.13": "3.13.0",
  });

  await expect(findPython(environment)).resolves.toBe(
    join(folder, "pyenv/versions/3.13.0/bin/python3.13"),
  );
});

test("a machine without one is told which, and what to do", async () => {
  const { environment } = await makeMachine({ "bin/python3.10": "3.10.13" });

  await expect(findPython(environment)).rejects.toMatchObject({
    code: "missing_python",
    domain: "user",
    message: expect.stringMatching(/3\.11, 3\.12 or 3\.13.*sudo apt install/),
  });
});
