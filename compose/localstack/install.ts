import { cp, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { withFileLock } from "#compose/embedded/file-lock.ts";
import { findPython } from "#compose/install/find-python.ts";
import { runStep } from "#compose/install/run-step.ts";
import { ensureBuildTools } from "./ensure-build-tools.ts";
import {
  CONSTRAINTS,
  EXECUTOR_FOLDER,
  INSTALL_FAILURE,
  LOCALSTACK_VERSION,
  PYTHON_NEED,
  RIC_VERSION,
  type LocalStackHome,
} from "./home.ts";

const LOCK_TIMEOUT_MS = 15 * 60_000;

/** What an installation is told. */
export interface InstallOptions {
  readonly home: LocalStackHome;
  /** PATH, and the settings of pip and npm. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress: (message: string) => void;
}

/**
 * Installs LocalStack, the process executor and Lambda's runtime client, once even when two processes ask at the same
 * time; false when all of it was there. Throws `missing_python`, `missing_build_tools` (user) and
 * `localstack_install_failed` (external).
 */
export async function installLocalStack(
  options: InstallOptions,
): Promise<boolean> {
  const { home } = options;
  if (await exists(home.marker)) return false;
  return withFileLock(
    join(dirname(home.folder), "install.lock"),
    LOCK_TIMEOUT_MS,
    async () => {
      if (await exists(home.marker)) return false;
      const python = await findPython(PYTHON_NEED, options.environment);
      await ensureBuildTools(options.environment, options.onProgress);
      // What an interrupted installation has left is of no use.
      await rm(home.folder, { recursive: true, force: true });
      await mkdir(home.folder, { recursive: true });
      await installPython(options, python);
      await installRuntimeClient(options, python);
      await writeFile(home.marker, `${new Date().toISOString()}\n`);
      return true;
    },
  );
}

async function installPython(
  { home, environment, onProgress }: InstallOptions,
  python: string,
): Promise<void> {
  onProgress(
    `LocalStack: installing ${LOCALSTACK_VERSION} with ${python} (1 to 2 minutes, only the first time)`,
  );
  const venv = join(home.folder, "venv");
  await runStep({
    command: python,
    args: ["-m", "venv", venv],
    environment,
    failure: INSTALL_FAILURE,
  });
  const pip = (...args: string[]) =>
    runStep({
      command: home.python,
      args: ["-m", "pip", "install", "-q", ...args],
      environment,
      failure: INSTALL_FAILURE,
    });
  await pip(
    "--constraint",
    CONSTRAINTS,
    `localstack-core[runtime]==${LOCALSTACK_VERSION}`,
  );
  // A copy, because building leaves files beside the sources.
  const executor = join(home.folder, "process-executor");
  await cp(EXECUTOR_FOLDER, executor, { recursive: true });
  await pip("--no-deps", executor);
}

async function installRuntimeClient(
  { home, environment, onProgress }: InstallOptions,
  python: string,
): Promise<void> {
  onProgress(
    `LocalStack: building aws-lambda-ric ${RIC_VERSION} (a minute, only the first time)`,
  );
  const folder = dirname(dirname(dirname(home.ric)));
  await mkdir(folder, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { "aws-lambda-ric": RIC_VERSION },
    // npm 11 runs no other package's scripts.
    allowScripts: { "aws-lambda-ric": true },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await runStep({
    command: "npm",
    args: ["install", "--prefix", folder, "--no-audit", "--no-fund"],
    environment: { ...environment, PYTHON: python },
    failure: INSTALL_FAILURE,
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
