import type { Client } from "pg";

import type { DatabaseRole } from "#compose/embedded/secrets.ts";
import { loadStatement } from "#shared/sql.ts";
import type { DatabaseInUse } from "#tests/support/rows/use-database.ts";

/** One of the parties of a race: a connection whose statements the test sends one by one. */
export interface Part {
  readonly name: string;
  readonly client: Client;
  /** Runs `sql/queries/<path>.sql` and returns its rows. */
  run(path: string, values?: readonly unknown[]): Promise<unknown[]>;
  /** Runs a text of SQL. */
  say(text: string): Promise<void>;
}

/** Opens a connection that `waitUntilBlocked` knows by the part's name. */
export async function playPart(
  database: DatabaseInUse,
  role: DatabaseRole,
  name: string,
): Promise<Part> {
  const client = await database.connect(role);
  await client.query("select set_config('application_name', $1, false)", [
    name,
  ]);
  return {
    name,
    client,
    async run(path, values = []) {
      const { text } = loadStatement(`queries/${path}`);
      return (await client.query(text, [...values])).rows as unknown[];
    },
    async say(text) {
      await client.query(text);
    },
  };
}
