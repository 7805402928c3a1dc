import type { Connections } from "#compose/embedded/connection-env.ts";
import { assertPostgresReachable } from "#compose/embedded/postgres-answers.ts";
import {
  DATABASE_ROLES,
  type DatabaseRole,
} from "#compose/embedded/secrets.ts";
import {
  type Migration,
  readMigrations,
  refuseUnknownSchema,
} from "#shared/adapters/postgres/migrate.ts";
import {
  hasSqlState,
  type Session,
} from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";
import { examine, type Finding, fault, ok, warning } from "./finding.ts";
import { withSession } from "./with-session.ts";

const describeRole = loadStatement("queries/diagnose/describe_role");
const listMigrations = loadStatement("queries/diagnose/list_migrations");

const UNDEFINED_TABLE = "42P01";
/** The setting that says how a role reaches the database. */
const SETTINGS = {
  owner: "DATABASE_URL",
  ingest: "INGEST_DATABASE_URL",
  closer: "CLOSER_DATABASE_URL",
  reader: "READER_DATABASE_URL",
} as const satisfies Record<DatabaseRole, string>;

/** A role of ours, as Postgres knows it. */
export interface FoundRole {
  readonly role: DatabaseRole;
  readonly name: string;
  /** Whether it passes all checks, or may lift them. */
  readonly isAlmighty: boolean;
}

/**
 * Logs in as each role, and judges the roles and the schema.
 *
 * @param isEmbedded whether `npm start` sets the roles' passwords
 */
export async function examinePostgres(
  urls: Connections["databaseUrls"],
  isEmbedded: boolean,
): Promise<readonly Finding[]> {
  // Where nobody gets in, the owner's reason is that of all.
  const refusedOwner = await examineLogin(urls, "owner", isEmbedded);
  if (refusedOwner.length > 0) return refusedOwner;
  const logins = await Promise.all(
    DATABASE_ROLES.filter((role) => role !== "owner").map((role) =>
      examineLogin(urls, role, isEmbedded),
    ),
  );
  const refused = logins.flat();
  if (refused.length > 0) return refused;
  const roles = await Promise.all(
    DATABASE_ROLES.map((role) =>
      withSession(urls[role], (session) => readRole(session, role)),
    ),
  );
  const applied = await withSession(urls.owner, readApplied);
  return [
    ok("Postgres", "answers, and lets every role in"),
    ...judgeRoles(roles),
    ...(await examine("schema", () =>
      Promise.resolve([judgeSchema(applied, readMigrations())]),
    )),
  ];
}

/** Whether functions work with fewer rights than the owner of the tables. */
export function judgeRoles(roles: readonly FoundRole[]): Finding[] {
  const owner = roles.find(({ role }) => role === "owner")?.name;
  const shared = roles
    .filter(({ role, name }) => role !== "owner" && name === owner)
    .map(({ role }) => SETTINGS[role]);
  const names = new Set(
    roles.filter(({ isAlmighty }) => isAlmighty).map(({ name }) => name),
  );
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
    ...[...names].map((name) =>
      (name === owner ? warning : fault)(
        "roles",
        `${name} passes all of Postgres's checks, or may lift them`,
        `As a superuser: alter role "${name}" nosuperuser nocreaterole nobypassrls`,
      ),
    ),
  ];
  return findings.length > 0
    ? findings
    : [ok("roles", "are four, and none is a superuser or may become one")];
}

/**
 * Compares the migrations that were applied with those of this code.
 *
 * @throws PipelineError `schema_newer`, `migration_edited`, as `migrate` does
 */
export function judgeSchema(
  applied: readonly Omit<Migration, "text">[],
  known: readonly Migration[],
): Finding {
  refuseUnknownSchema(applied, known);
  const versions = new Set(applied.map(({ version }) => version));
  const pending = known.filter(({ version }) => !versions.has(version));
  return pending.length > 0
    ? fault(
        "schema",
        `lacks ${pending.map(({ name }) => name).join(", ")}`,
        "npm run migrate",
      )
    : ok("schema", `all ${known.length} migrations are applied`);
}

/** Nothing is found where the role gets in. */
async function examineLogin(
  urls: Connections["databaseUrls"],
  role: DatabaseRole,
  isEmbedded: boolean,
): Promise<readonly Finding[]> {
  const findings = await examine("Postgres", async () => {
    await assertPostgresReachable(urls[role], SETTINGS[role]);
    return [];
  });
  return findings.map((finding) => ({
    ...finding,
    ...(isEmbedded && {
      nextStep:
        "This is the embedded one: npm run down, then npm start or npm run up, starts it and sets the roles' passwords again",
    }),
  }));
}

async function readRole(
  session: Session,
  role: DatabaseRole,
): Promise<FoundRole> {
  const [found] = await session.query<{ name: string; is_almighty: boolean }>(
    describeRole,
  );
  if (found === undefined)
    throw new Error(`Postgres does not know the role of ${SETTINGS[role]}`);
  return { role, name: found.name, isAlmighty: found.is_almighty };
}

async function readApplied(
  session: Session,
): Promise<Omit<Migration, "text">[]> {
  try {
    return await session.query<
      Omit<Migration, "text"> & Record<string, unknown>
    >(listMigrations);
  } catch (error) {
    // Nobody has made anything there yet.
    if (hasSqlState(error, UNDEFINED_TABLE)) return [];
    throw error;
  }
}
