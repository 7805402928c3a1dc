import type { Connections } from "#compose/embedded/connection-env.ts";
import {
  DATABASE_ROLES,
  type DatabaseRole,
} from "#compose/embedded/secrets.ts";
import { assertPostgresReachable } from "#compose/embedded/postgres-answers.ts";
import {
  type Migration,
  readMigrations,
} from "#shared/adapters/postgres/migrate.ts";
import {
  createSession,
  hasSqlState,
} from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";
import { type Finding, fault, findingOf, ok, warning } from "./finding.ts";

const listRoles = loadStatement("queries/diagnose/list_roles");
const listMigrations = loadStatement("queries/diagnose/list_migrations");

const UNDEFINED_TABLE = "42P01";
const TRANSACTION_TIMEOUT_MS = 10_000;
/** The setting that says how a role reaches the database. */
const SETTINGS = {
  owner: "DATABASE_URL",
  ingest: "INGEST_DATABASE_URL",
  closer: "CLOSER_DATABASE_URL",
  reader: "READER_DATABASE_URL",
} as const satisfies Record<DatabaseRole, string>;

/** A role of Postgres, as it is judged. */
export interface FoundRole {
  readonly name: string;
  /** Whether it passes all checks, or may lift them. */
  readonly isAlmighty: boolean;
}

/** Logs in as each role, and judges the roles and the schema. */
export async function examinePostgres(
  urls: Connections["databaseUrls"],
): Promise<Finding[]> {
  const logins = await Promise.all(
    DATABASE_ROLES.map((role) => examineLogin(role, urls[role])),
  );
  const faults = logins.filter(({ state }) => state !== "ok");
  // The owner's is what the rest is read with.
  if (logins[0]?.state !== "ok") return faults;
  const session = createSession({
    databaseUrl: urls.owner,
    applicationName: "doctor",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    const users = Object.values(urls).map((url) => new URL(url).username);
    const roles = await session.query<{ name: string; is_almighty: boolean }>(
      listRoles,
      [users],
    );
    return [
      ...(faults.length > 0
        ? faults
        : [ok("Postgres", "answers, and lets every role in")]),
      ...judgeRoles(
        urls,
        roles.map((role) => ({
          name: role.name,
          isAlmighty: role.is_almighty,
        })),
      ),
      judgeSchema(await readVersions(session), readMigrations()),
    ];
  } catch (error) {
    return [...faults, findingOf("Postgres", error)];
  } finally {
    await session.close();
  }
}

/** Whether functions work with fewer rights than the owner of the tables. */
export function judgeRoles(
  urls: Connections["databaseUrls"],
  roles: readonly FoundRole[],
): Finding[] {
  const owner = new URL(urls.owner).username;
  const shared = DATABASE_ROLES.filter(
    (role) => role !== "owner" && new URL(urls[role]).username === owner,
  ).map((role) => SETTINGS[role]);
  const almighty = roles.filter(({ isAlmighty }) => isAlmighty);
  const findings = [
    ...(shared.length === 0
      ? []
      : [
          warning(
            "roles",
            `functions work with the rights of ${owner}, who may change every table`,
            `Set ${shared.join(", ")} to roles of their own, as migrations grant them their rights`,
          ),
        ]),
    // Who owns the tables of a hosted database may be its administrator; a function's role may not.
    ...almighty.map(({ name }) =>
      (name === owner ? warning : fault)(
        "roles",
        `${name} passes all of Postgres's checks, or may lift them`,
        `As a superuser: alter role ${name} nosuperuser nocreaterole nobypassrls`,
      ),
    ),
  ];
  return findings.length > 0
    ? findings
    : [ok("roles", "each has what was granted to it, and no more")];
}

/** Compares the migrations that were applied with those of this code. */
export function judgeSchema(
  applied: readonly number[],
  known: readonly Pick<Migration, "version" | "name">[],
): Finding {
  const pending = known.filter(({ version }) => !applied.includes(version));
  const newest = Math.max(0, ...known.map(({ version }) => version));
  const newer = applied.filter((version) => version > newest);
  if (newer.length > 0)
    return fault(
      "schema",
      `has the migrations ${newer.join(", ")}, which this code does not know`,
      "Use the newer code, or another database",
    );
  return pending.length > 0
    ? fault(
        "schema",
        `lacks ${pending.map(({ name }) => name).join(", ")}`,
        "npm run migrate",
      )
    : ok("schema", `all ${known.length} migrations are applied`);
}

function examineLogin(role: DatabaseRole, url: string): Promise<Finding> {
  return assertPostgresReachable(url, SETTINGS[role]).then(
    () => ok("Postgres", `lets ${role} in`),
    (error: unknown) => findingOf("Postgres", error),
  );
}

async function readVersions(
  session: ReturnType<typeof createSession>,
): Promise<number[]> {
  try {
    const rows = await session.query<{ version: number }>(listMigrations);
    return rows.map(({ version }) => version);
  } catch (error) {
    // Nobody has made anything there yet.
    if (hasSqlState(error, UNDEFINED_TABLE)) return [];
    throw error;
  }
}
