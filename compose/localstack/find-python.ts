import { execFile } from "node:child_process";
import { glob } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);

/** Older ones cannot read LocalStack's sources, and newer ones have other packages than constraints.txt pins. */
const VERSION = "3.13";

/** Returns a Python 3.13 of PATH or of pyenv; throws `missing_python` (user) when there is none. */
export async function findPython(
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  for await (const python of listCandidates(environment)) {
    if (await isVersion(python, environment)) return python;
  }
  throw new PipelineError(
    `LocalStack needs Python ${VERSION}, which is not here. Debian 13, Ubuntu 25.04 or newer: sudo apt install python${VERSION} python${VERSION}-venv; anywhere else: pyenv install ${VERSION}, or use Docker. Then try again.`,
    { code: "missing_python", domain: "user" },
  );
}

async function* listCandidates(
  environment: Readonly<Record<string, string>>,
): AsyncGenerator<string> {
  yield `python${VERSION}`;
  // Its command on PATH works only for the version that is switched on.
  const root = environment["PYENV_ROOT"] ?? join(homedir(), ".pyenv");
  yield* glob(`${root}/versions/${VERSION}.*/bin/python${VERSION}`);
}

async function isVersion(
  python: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    const { stdout } = await run(python, ["--version"], { env: environment });
    return stdout.startsWith(`Python ${VERSION}.`);
  } catch {
    return false;
  }
}
