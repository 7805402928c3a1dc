import { execFile } from "node:child_process";
import { glob } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);

/** A Python that something is to be installed with. */
export interface PythonNeed {
  /** What needs it, as people call it. */
  readonly product: string;
  /** `3.13`: constraints pin what one minor version has packages for. */
  readonly version: string;
  /** Debian and Ubuntu releases that have this one. */
  readonly debian: string;
}

/** Returns a Python of this version of PATH or of pyenv; throws `missing_python` (user) when there is none. */
export async function findPython(
  { product, version, debian }: PythonNeed,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  for await (const python of listCandidates(version, environment)) {
    if (await isVersion(python, version, environment)) return python;
  }
  throw new PipelineError(
    `${product} needs Python ${version}, which is not here. ${debian}: sudo apt install python${version} python${version}-venv; anywhere else: pyenv install ${version}, or use Docker. Then try again.`,
    { code: "missing_python", domain: "user" },
  );
}

async function* listCandidates(
  version: string,
  environment: Readonly<Record<string, string>>,
): AsyncGenerator<string> {
  yield `python${version}`;
  // Its command on PATH works only for the version that is switched on.
  const root = environment["PYENV_ROOT"] ?? join(homedir(), ".pyenv");
  yield* glob(`${root}/versions/${version}.*/bin/python${version}`);
}

async function isVersion(
  python: string,
  version: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    const { stdout } = await run(python, ["--version"], { env: environment });
    return stdout.startsWith(`Python ${version}.`);
  } catch {
    return false;
  }
}
