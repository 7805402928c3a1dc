import { Client } from "pg";
import { formatDatabaseUrl } from "./database-url.ts";
import {
  DATABASE_ROLES,
  type DatabaseRole,
  type PostgresAccess,
} from "./secrets.ts";

/** Makes the login roles where they are missing and sets their passwords; the migrations grant them their rights. */
export async function ensureRoles(access: PostgresAccess): Promise<void> {
  await asSuperuser(access, async (client) => {
    for (const role of DATABASE_ROLES) {
      const name = client.escapeIdentifier(role);
      if (
        !(await exists(client, "select from pg_roles where rolname = $1", role))
      ) {
        await client.query(`create role ${name} login`);
      }
      // The statement takes no parameters; it is not logged, and the connection does not leave the machine.
      await client.query(
        `alter role ${name} password ${client.escapeLiteral(access.secrets[role])}`,
      );
    }
  });
}

/** Makes the database, owned by the role `owner`, empty or as a copy of another one; an existing one stays as it is. */
export async function ensureDatabase(
  access: PostgresAccess,
  name: string,
  template = "template1",
): Promise<void> {
  await asSuperuser(access, async (client) => {
    if (
      !(await exists(
        client,
        "select from pg_database where datname = $1",
        name,
      ))
    ) {
      const [database, source] = [
        client.escapeIdentifier(name),
        client.escapeIdentifier(template),
      ];
      await client.query(
        `create database ${database} template ${source} owner owner`,
      );
    }
  });
}

/** Lets a role see what every session waits for, and write checkpoints: for measurements, the pipeline needs neither. */
export async function grantObservation(
  access: PostgresAccess,
  role: DatabaseRole,
): Promise<void> {
  await asSuperuser(access, async (client) => {
    await client.query(
      `grant pg_monitor, pg_checkpoint to ${client.escapeIdentifier(role)}`,
    );
  });
}

/** Drops the database if it is there, and ends the sessions that use it. */
export async function dropDatabase(
  access: PostgresAccess,
  name: string,
): Promise<void> {
  await asSuperuser(access, async (client) => {
    await client.query(
      `drop database if exists ${client.escapeIdentifier(name)} with (force)`,
    );
  });
}

async function asSuperuser(
  access: PostgresAccess,
  task: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({
    connectionString: formatDatabaseUrl(access, "superuser", "postgres"),
  });
  await client.connect();
  try {
    await task(client);
  } finally {
    await client.end();
  }
}

async function exists(
  client: Client,
  query: string,
  name: string,
): Promise<boolean> {
  return (await client.query(query, [name])).rowCount !== 0;
}
