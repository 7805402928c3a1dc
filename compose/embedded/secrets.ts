import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PipelineError } from "#shared/errors.ts";
import { ensureDataDirectory } from "./data-directory.ts";
import { readIfExists } from "./read-if-exists.ts";

/** The roles that log in for the pipeline; migrations grant them their rights. */
export const DATABASE_ROLES = ["owner", "ingest", "closer", "reader"] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

const password = z.string().min(20);
const secretsSchema = z.strictObject({
  superuser: password,
  owner: password,
  ingest: password,
  closer: password,
  reader: password,
});

/** The embedded Postgres and the passwords of its roles. */
export interface PostgresAccess {
  readonly port: number;
  readonly secrets: Secrets;
}

/** Passwords of the embedded Postgres by role; the superuser's is used in compose/embedded only. */
export type Secrets = z.infer<typeof secretsSchema>;

/** Returns the passwords of the data directory, made at random the first time; throws `secrets_invalid` (user). */
export async function ensureSecrets(dataDir: string): Promise<Secrets> {
  await ensureDataDirectory(dataDir);
  const path = join(dataDir, "secrets.json");
  const stored = await readIfExists(path);
  if (stored !== undefined) {
    return parseSecrets(stored, path);
  }
  const secrets: Secrets = {
    superuser: newPassword(),
    owner: newPassword(),
    ingest: newPassword(),
    closer: newPassword(),
    reader: newPassword(),
  };
  await writeFile(
    `${path}.part`,
    `${JSON.stringify(secrets, undefined, 2)}\n`,
    { mode: 0o600 },
  );
  await rename(`${path}.part`, path);
  return secrets;
}

function newPassword(): string {
  // Hexadecimal: no URL and no shell needs it quoted.
  return randomBytes(24).toString("hex");
}

function parseSecrets(text: string, path: string): Secrets {
  try {
    return secretsSchema.parse(JSON.parse(text));
  } catch {
    // The cause is left out: it could quote a password.
    throw new PipelineError(
      `${path} is not what was written there: one password each for ${Object.keys(secretsSchema.shape).join(", ")}. ` +
        "Restore it, or begin anew with npm run reset (this deletes the stored data).",
      { code: "secrets_invalid", domain: "user" },
    );
  }
}
