import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

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
 * with this version, these settings and this password. Throws `superset_metadata_failed` (external).
 */
export async function prepareMetadata(options: PrepareOptions): Promise<void> {
  const { home, instance, environment, onProgress } = options;
  const state = await describeState(options);
  if ((await readIfExists(instance.preparedFile)) === state) return;
  onProgress("Superset: preparing its own database");
  const run = (command: string, ...args: string[]) =>
    runStep({ command, args, environment, failure: FAILURE });
  await run(home.superset, "db", "upgrade");
  await run(home.superset, "init");
  await run(home.python, ADMIN_SCRIPT);
  await writeFile(instance.preparedFile, state);
}

/** A fingerprint: neither the password nor the key can be read from it. */
async function describeState({
  home,
  instance,
}: PrepareOptions): Promise<string> {
  const hash = createHash("sha256").update(home.folder);
  for (const path of [
    locateAdminPassword(instance),
    join(instance.secretsFolder, "secret_key"),
  ])
    hash.update(await readFile(path));
  return hash.digest("hex");
}
