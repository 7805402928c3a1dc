import { execFile } from "node:child_process";
import { glob } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { findJava, findMaven } from "#compose/embedded/java.ts";
import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);

/** Those for which constraints.txt has a binary package each. */
const PYTHON_VERSIONS = ["3.13", "3.12", "3.11"];

type Environment = Readonly<NodeJS.ProcessEnv>;

/** Returns a Python of PATH or of pyenv that PySpark runs on; throws `missing_python` (user) when there is none. */
export async function findPython(environment: Environment): Promise<string> {
  for (const version of PYTHON_VERSIONS) {
    for await (const python of listCandidates(version, environment)) {
      if (await isVersion(python, version, environment)) return python;
    }
  }
  throw new PipelineError(
    `Spark needs Python 3.11, 3.12 or 3.13, and none of them runs here. Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python@3.13; anywhere else: pyenv install 3.13. Then try again, or leave out --against.`,
    { code: "missing_python", domain: "user" },
  );
}

/** Throws `missing_jdk` (user) where Spark would find no Java, before anything is fetched for it. */
export async function requireJava(): Promise<void> {
  await findJava().catch((cause: unknown) => {
    throw new PipelineError(
      `Spark and the benchmark's own Kafka run on Java 17 or newer, which is not here (java of JAVA_HOME, else of PATH). Debian, Ubuntu: sudo apt install default-jdk-headless; macOS: brew install openjdk@21. Then try again.`,
      { code: "missing_jdk", domain: "user", cause },
    );
  });
}

/** Returns the mvn command; throws `missing_maven` (user) when there is none. */
export async function findMavenForSpark(): Promise<string> {
  return findMaven().catch((cause: unknown) => {
    throw new PipelineError(
      `Maven fetches Spark's Kafka connector and the Postgres driver, but the command mvn does not run here. Debian, Ubuntu: sudo apt install maven; macOS: brew install maven. Then try again, or leave out --against.`,
      { code: "missing_maven", domain: "user", cause },
    );
  });
}

async function* listCandidates(
  version: string,
  environment: Environment,
): AsyncGenerator<string> {
  yield `python${version}`;
  // Its command on PATH works only for the version that is switched on.
  const root = environment["PYENV_ROOT"] ?? join(homedir(), ".pyenv");
  yield* glob(`${root}/versions/${version}.*/bin/python${version}`);
}

async function isVersion(
  python: string,
  version: string,
  environment: Environment,
): Promise<boolean> {
  try {
    const { stdout } = await run(python, ["--version"], { env: environment });
    return stdout.startsWith(`Python ${version}.`);
  } catch {
    return false;
  }
}
