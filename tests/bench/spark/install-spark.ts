import { access, rm, writeFile } from "node:fs/promises";

import { withFileLock } from "#compose/embedded/file-lock.ts";
import { readIfExists } from "#compose/embedded/read-if-exists.ts";
import { findMavenForSpark, findPython, requireJava } from "./find-tools.ts";
import { CONSTRAINTS, POM, type SparkHome } from "./home.ts";
import { runStep } from "./run-step.ts";

const LOCK_TIMEOUT_MS = 15 * 60_000;
/** The others of constraints.txt come with them. */
const PACKAGES = ["pyspark", "pyarrow", "pandas", "psycopg[binary]"];

/**
 * Installs PySpark and the jars, once even when two processes ask at the same time. Throws `missing_jdk`,
 * `missing_python`, `missing_maven` (user) and `spark_install_failed` (external).
 */
export async function installSpark(
  home: SparkHome,
  onProgress: (message: string) => void,
): Promise<void> {
  await requireJava();
  if (await isInstalled(home)) return;
  await withFileLock(home.lock, LOCK_TIMEOUT_MS, async () => {
    if (await isInstalled(home)) return;
    const python = await findPython(process.env);
    const maven = await findMavenForSpark();
    // What other versions or an interrupted installation have left is of no use.
    for (const path of [home.marker, home.venv, home.jars])
      await rm(path, { recursive: true, force: true });
    onProgress(
      `Spark: installing PySpark with ${python} (about 550 MB, only the first time)`,
    );
    await runStep(python, ["-m", "venv", home.venv]);
    const pip = ["-m", "pip", "install", "--quiet"];
    await runStep(home.python, [
      ...pip,
      "--constraint",
      CONSTRAINTS,
      ...PACKAGES,
    ]);
    onProgress("Spark: fetching its Kafka connector and the Postgres driver");
    await runStep(maven, [
      "--batch-mode",
      "--file",
      POM,
      "dependency:copy-dependencies",
      "-DincludeScope=runtime",
      `-DoutputDirectory=${home.jars}`,
    ]);
    await writeFile(home.marker, home.fingerprint);
  });
}

async function isInstalled({
  marker,
  fingerprint,
  python,
}: SparkHome): Promise<boolean> {
  if ((await readIfExists(marker)) !== fingerprint) return false;
  // It is a link to the Python that it was made with, which may be gone.
  return access(python).then(
    () => true,
    () => false,
  );
}
