import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

export const CONSTRAINTS = localFile("./constraints.txt");
export const POM = localFile("./pom.xml");

/** Where PySpark and the jars it needs beside its own lie; everything in it can be made anew. */
export interface SparkHome {
  /** A virtual environment. */
  readonly venv: string;
  readonly python: string;
  readonly jars: string;
  readonly lock: string;
  /** Written last, with the fingerprint of the versions in it. */
  readonly marker: string;
  readonly fingerprint: string;
}

/** Returns the place of the installation below `parent`; other versions have another fingerprint. */
export async function locateSpark(
  parent: string = join(PROJECT_ROOT, ".data", "bench"),
): Promise<SparkHome> {
  const hash = createHash("sha256");
  for (const path of [CONSTRAINTS, POM]) hash.update(await readFile(path));
  const venv = join(parent, "spark-venv");
  return {
    venv,
    python: join(venv, "bin", "python"),
    jars: join(parent, "spark-jars"),
    lock: join(parent, "spark.lock"),
    marker: join(parent, "spark-installed"),
    fingerprint: hash.digest("hex"),
  };
}

function localFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
