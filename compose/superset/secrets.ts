import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readIfExists } from "#compose/embedded/read-if-exists.ts";
import { PipelineError } from "#shared/errors.ts";
import type { Instance } from "./instance.ts";

/** A file each, as superset_config.py and create_admin.py read them; the value is how many random bytes it takes. */
const SECRETS = {
  secret_key: 48,
  admin_password: 18,
  guest_token_secret: 48,
  async_queries_secret: 48,
} as const;
const SHORTEST = 24;

/** Makes the secrets that are missing, at random and for nobody else to read; throws `secrets_invalid` (user). */
export async function ensureSecrets(instance: Instance): Promise<void> {
  for (const [name, size] of Object.entries(SECRETS)) {
    const path = join(instance.secretsFolder, name);
    const stored = await readIfExists(path);
    if (stored === undefined) {
      const secret = randomBytes(size).toString("base64url");
      await writeFile(`${path}.part`, `${secret}\n`, { mode: 0o600 });
      await rename(`${path}.part`, path);
    } else requireSecret(stored, path);
  }
}

/** Returns the files that hold a secret each. */
export function listSecretFiles({ secretsFolder }: Instance): string[] {
  return Object.keys(SECRETS).map((name) => join(secretsFolder, name));
}

/** Returns the file that holds the password of the user admin. */
export function locateAdminPassword({ secretsFolder }: Instance): string {
  return join(secretsFolder, "admin_password");
}

/** Returns the password of the user admin; throws `not_running` (user) when no Superset was ever started here. */
export async function readAdminPassword(instance: Instance): Promise<string> {
  const path = locateAdminPassword(instance);
  const stored = await readIfExists(path);
  if (stored === undefined)
    throw new PipelineError(
      `There is no ${path}: no Superset was started on this data directory. Start one with npm run superset -- up.`,
      { code: "not_running", domain: "user" },
    );
  return requireSecret(stored, path);
}

function requireSecret(stored: string, path: string): string {
  const secret = stored.trim();
  if (secret.length >= SHORTEST) return secret;
  throw new PipelineError(
    `${path} is not what was written there: one line with ${SHORTEST} characters or more. Restore it, or delete it and run npm run superset -- up for a new one (a new secret_key makes Superset forget its sessions).`,
    { code: "secrets_invalid", domain: "user" },
  );
}
