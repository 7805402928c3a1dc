import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Client } from "pg";

import { PipelineError } from "#shared/errors.ts";
import { sqlFolder } from "#shared/sql.ts";

import { describeFault } from "./describe-fault.ts";
import { locateStatementError } from "./locate-statement-error.ts";

/** A file of `sql/migrations`; rolled forward only, never edited once merged. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

export interface MigrateOptions {
  readonly databaseUrl: string;
  readonly migrations?: readonly Migration[];
  readonly onApplied?: (migration: Migration) => void;
}

/** Reads `sql/migrations`, ascending. */
export function readMigrations(
  folder = join(sqlFolder(), "migrations"),
): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const sha256 = createHash("sha256").update(text).digest("hex");
      return { version: Number.parseInt(file, 10), name: file, text, sha256 };
    });
}

/**
 * Brings the schema up to date, one transaction per migration; a concurrent run waits for the first.
 *
 * @returns the migrations that were applied now
 * @throws PipelineError `schema_newer`, `migration_edited`, `migration_failed`, `postgres_unreachable`
 */
export async function migrate({
  databaseUrl,
  migrations = readMigrations(),
  onApplied,
}: MigrateOptions): Promise<Migration[]> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: "migrate",
    connectionTimeoutMillis: 10_000,
  });
  client.on("error", () => undefined); // the statement under way fails with the same error
  try {
    await client.connect();
  } catch (cause) {
    throw new PipelineError(
      `Postgres cannot be reached: ${describeFault(cause)}. Check DATABASE_URL and that the server runs.`,
      {
        code: "postgres_unreachable",
        domain: "external",
        retry: true,
        cause,
      },
    );
  }
  try {
    const applied = await lockAndReadApplied(client);
    refuseUnknownSchema(applied, migrations);
    const isApplied = new Set(applied.map(({ version }) => version));
    const pending = migrations.filter(({ version }) => !isApplied.has(version));
    for (const migration of pending) {
      await applyMigration(client, migration);
      onApplied?.(migration);
    }
    return pending;
  } finally {
    await client.end();
  }
}

/** Waits for a run that is under way, and returns what is applied so far. */
async function lockAndReadApplied(
  client: Client,
): Promise<Omit<Migration, "text">[]> {
  try {
    // Held by the session over all migrations, released with the connection.
    await client.query("select pg_advisory_lock(4, 0)");
    // Everyone else waits behind a migration that waits for a table.
    await client.query("set lock_timeout = '30s'");
    await client.query(
      "create table if not exists schema_migrations (version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())",
    );
    const { rows } = await client.query<Omit<Migration, "text">>(
      "select version, name, sha256 from schema_migrations order by version",
    );
    return rows;
  } catch (cause) {
    throw new PipelineError(
      `The table schema_migrations cannot be made or read: ${describeFault(cause)}. Check that DATABASE_URL names the owner of the database.`,
      { code: "migration_failed", domain: "external", cause },
    );
  }
}

/** Throws `schema_newer` or `migration_edited` (user) where something was applied that this code does not know. */
export function refuseUnknownSchema(
  applied: readonly Omit<Migration, "text">[],
  known: readonly Migration[],
): void {
  const byVersion = new Map(
    known.map((migration) => [migration.version, migration]),
  );
  for (const { version, name, sha256 } of applied) {
    const migration = byVersion.get(version);
    if (migration === undefined) {
      throw new PipelineError(
        `The database has a newer schema than this code: it holds migration ${name}, this code ends at ${known.at(-1)?.name ?? "none"}. Use the newer code, or another database.`,
        { code: "schema_newer", domain: "user" },
      );
    }
    if (migration.sha256 !== sha256) {
      throw new PipelineError(
        `Migration ${name} differs from what was applied to this database. Restore the file and put the change into a migration of its own.`,
        { code: "migration_edited", domain: "user" },
      );
    }
  }
}

async function applyMigration(
  client: Client,
  migration: Migration,
): Promise<void> {
  try {
    await client.query("begin");
    await client.query(migration.text);
    await client.query(
      "insert into schema_migrations (version, name, sha256) values ($1, $2, $3)",
      [migration.version, migration.name, migration.sha256],
    );
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback").catch(() => undefined);
    throw new PipelineError(
      `Migration ${migration.name} failed and was rolled back:\n${locateStatementError(migration.text, cause)}`,
      { code: "migration_failed", domain: "internal", cause },
    );
  }
}
