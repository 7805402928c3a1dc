import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { withFileLock } from "#compose/embedded/file-lock.ts";
import type { OnProgress } from "#compose/embedded/running-server.ts";
import { findPython } from "#compose/install/find-python.ts";
import { runStep } from "#compose/install/run-step.ts";
import {
  CONSTRAINTS,
  INSTALL_FAILURE,
  PYTHON_NEED,
  SUPERSET_VERSION,
  type SupersetHome,
} from "./home.ts";

const LOCK_TIMEOUT_MS = 15 * 60_000;
/** Its own requirements leave out three that it does not start without, and the Postgres driver. */
const PACKAGES = [
  `apache-superset==${SUPERSET_VERSION}`,
  "cachetools",
  "gunicorn",
  "psycopg2-binary",
  "rich",
];

/** What an installation is told. */
export interface InstallOptions {
  readonly home: SupersetHome;
  /** PATH, and the settings of pip. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress: OnProgress;
}

/**
 * Installs Superset, once even when two processes ask at the same time; false when it was there. Throws
 * `missing_python` (user) and `superset_install_failed` (external).
 */
export async function installSuperset({
  home,
  environment,
  onProgress,
}: InstallOptions): Promise<boolean> {
  if (await isInstalled(home)) return false;
  const lock = join(dirname(home.folder), "install.lock");
  return withFileLock(lock, LOCK_TIMEOUT_MS, async () => {
    if (await isInstalled(home)) return false;
    const python = await findPython(PYTHON_NEED, environment);
    onProgress(
      `Superset: installing ${SUPERSET_VERSION} with ${python} (850 MB, 2 to 4 minutes, only the first time)`,
    );
    // What an interrupted installation has left is of no use.
    await rm(home.folder, { recursive: true, force: true });
    await mkdir(home.folder, { recursive: true });
    const venv = dirname(dirname(home.python));
    await runStep({
      command: python,
      args: ["-m", "venv", venv],
      environment,
      failure: INSTALL_FAILURE,
    });
    await runStep({
      command: home.python,
      args: [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        `--constraint=${CONSTRAINTS}`,
        ...PACKAGES,
      ],
      environment,
      failure: INSTALL_FAILURE,
    });
    await writeFile(home.marker, `${new Date().toISOString()}\n`);
    return true;
  });
}

async function isInstalled({ marker, python }: SupersetHome): Promise<boolean> {
  try {
    await access(marker);
    // It is a link to the Python that it was made with, which may be gone.
    await access(python);
    return true;
  } catch {
    return false;
  }
}
