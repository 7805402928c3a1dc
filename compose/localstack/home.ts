import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { PythonNeed } from "#compose/install/find-python.ts";
import { INSTALL_ADVICE, type StepFailure } from "#compose/install/run-step.ts";

/** The last LocalStack that runs without a licence's token. */
export const LOCALSTACK_VERSION = "4.14.0";
export const RIC_VERSION = "4.0.2";
/** Older ones cannot read LocalStack's sources, and newer ones have other packages than constraints.txt pins. */
export const PYTHON_NEED: PythonNeed = {
  product: "LocalStack",
  version: "3.13",
  debian: "Debian 13, Ubuntu 25.04 or newer",
};
export const INSTALL_FAILURE: StepFailure = {
  what: "LocalStack could not be installed",
  advice: INSTALL_ADVICE,
  code: "localstack_install_failed",
};
export const CONSTRAINTS = localFile("./constraints.txt");
export const EXECUTOR_FOLDER = localFile("./process-executor");

/** Where an installation lies; everything in it can be made anew. */
export interface LocalStackHome {
  readonly folder: string;
  readonly python: string;
  /** aws-lambda-ric's module. */
  readonly ric: string;
  /** Written last: what has it is whole. */
  readonly marker: string;
}

/**
 * Returns the place of the installation that belongs to these sources, below `parent` or the user's cache, so that
 * clones share it; other pins or another executor give another place.
 */
export async function locateHome(
  parent: string = join(homedir(), ".cache", "music-streaming-localstack"),
): Promise<LocalStackHome> {
  const hash = createHash("sha256").update(
    `${LOCALSTACK_VERSION} ${RIC_VERSION}`,
  );
  for (const path of [
    CONSTRAINTS,
    join(EXECUTOR_FOLDER, "pyproject.toml"),
    join(EXECUTOR_FOLDER, "process_executor.py"),
  ])
    hash.update(await readFile(path));
  const folder = join(
    parent,
    `${LOCALSTACK_VERSION}-${hash.digest("hex").slice(0, 12)}`,
  );
  return {
    folder,
    python: join(folder, "venv", "bin", "python"),
    ric: join(folder, "runtime", "node_modules", "aws-lambda-ric", "index.mjs"),
    marker: join(folder, "installed"),
  };
}

function localFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
