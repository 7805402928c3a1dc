import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

import { readIfExists } from "#compose/embedded/read-if-exists.ts";
import type { OnProgress } from "#compose/embedded/running-server.ts";
import { runStep, type StepFailure } from "#compose/install/run-step.ts";
import { ADMIN_SCRIPT, type SupersetHome } from "./home.ts";
import type { Instance } from "./instance.ts";
import { locateAdminPassword } from "./secrets.ts";

const FAILURE: StepFailure = {
  what: "Superset's own database could not be prepared",
  advice:
    "Mend what it says, then try again; where the database itself is broken, npm run superset -- down, then delete .data/superset: the bundle is imported anew, charts made by hand are lost",
  code: "superset_metadata_failed",
};

export interface PrepareOptions {
  readonly home: SupersetHome;
  readonly instance: Instance;
  /** Of `describeEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onProgress: OnProgress;
}

/**
 * Brings Superset's own database to this version, with its roles and the user admin; does nothing where that was done
 * with this installation and this password. Throws `superset_metadata_failed` (external).
 */
export async function prepareMetadata(options: PrepareOptions): Promise<void> {
  const { home, instance, environment, onProgress } = options;
  const password = await readFile(locateAdminPassword(instance));
  // A fingerprint: the password cannot be read from it.
  const admin = createHash("sha256").update(password).digest("hex");
  const stored = (await readIfExists(instance.preparedFile)) ?? "";
  const [storedFolder, storedAdmin] = stored.split("\n");
  if (storedFolder === home.folder && storedAdmin === admin) return;
  const run = (command: string, ...args: string[]) =>
    runStep({ command, args, environment, failure: FAILURE });
  if (storedFolder !== home.folder) {
    onProgress("Superset: preparing its own database");
    await run(home.superset, "db", "upgrade");
    await run(home.superset, "init");
  }
  onProgress("Superset: giving the user admin its password");
  await run(home.python, ADMIN_SCRIPT);
  await writeFile(instance.preparedFile, `${home.folder}\n${admin}\n`, {
    mode: 0o600,
  });
}
