import { Client } from "pg";
import { inject } from "vitest";

import { createDatabase, type TestDatabase } from "./servers.ts";

/** A database of its own for a test file: migrated and set up (windows of 5 minutes and an hour, ten partitions). */
export function createMigratedDatabase(): Promise<TestDatabase> {
  return createDatabase({ template: inject("migratedTemplate") });
}

/** Runs statements on one connection of a role and closes it. */
export async function withClient<Result>(
  databaseUrl: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
