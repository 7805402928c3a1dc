import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { PythonNeed } from "#compose/install/find-python.ts";
import { INSTALL_ADVICE, type StepFailure } from "#compose/install/run-step.ts";

export const SUPERSET_VERSION = "6.1.0";
export const CONSTRAINTS = localFile("./constraints.txt");
export const CONFIG_FILE = localFile("./superset_config.py");
export const ADMIN_SCRIPT = localFile("./create_admin.py");
/** Databases, datasets, charts and dashboards as YAML. */
export const BUNDLE_FOLDER = localFile("./bundle");

/** It runs on 3.10 to 3.12, and constraints.txt pins what this one has packages for. */
export const PYTHON_NEED: PythonNeed = {
  product: "Superset",
  version: "3.11",
  debian: "Debian 12",
};
export const INSTALL_FAILURE: StepFailure = {
  what: "Superset could not be installed",
  advice: INSTALL_ADVICE,
  code: "superset_install_failed",
};

/** Where an installation lies; everything in it can be made anew. */
export interface SupersetHome {
  readonly folder: string;
  readonly python: string;
  /** Superset's command line. */
  readonly superset: string;
  readonly gunicorn: string;
  /** Written last: what has it is whole. */
  readonly marker: string;
}

/** Returns the place of the installation with these pins, below the user's cache, so that clones share it. */
export async function locateHome(
  parent: string = join(homedir(), ".cache", "music-streaming-superset"),
): Promise<SupersetHome> {
  const hash = createHash("sha256").update(await readFile(CONSTRAINTS));
  const folder = join(
    parent,
    `${SUPERSET_VERSION}-${hash.digest("hex").slice(0, 12)}`,
  );
  const program = (name: string) => join(folder, "venv", "bin", name);
  return {
    folder,
    python: program("python"),
    superset: program("superset"),
    gunicorn: program("gunicorn"),
    marker: join(folder, "installed"),
  };
}

function localFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
