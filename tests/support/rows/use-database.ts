import { Client, types } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

import type { Statement } from "#shared/sql.ts";
import type { DatabaseRole } from "#compose/embedded/secrets.ts";
import { createMigratedDatabase } from "#tests/support/database.ts";
import type { TestDatabase } from "#tests/support/servers.ts";

import { emptyTables } from "./empty-tables.ts";
import { insertDimensions } from "./insert-dimensions.ts";

type Row = Record<string, unknown>;

/** A migrated database with dimensions; everything else is emptied before each test unless it is kept. */
export interface DatabaseInUse {
  /** Where a role reaches the database. */
  url(role: DatabaseRole): string;
  /** A connection of its own, closed after the test; whole numbers come as numbers, times as text in UTC. */
  connect(role: DatabaseRole): Promise<Client>;
  /** The owner's connection, kept for the whole file. */
  readonly owner: Client;
  /** Rows of a text of SQL as lists of values, read by the owner. */
  list(text: string, values?: readonly unknown[]): Promise<unknown[][]>;
  /** Rows of a text of SQL, read by the owner. */
  rows(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Rows of a statement of `sql/`, run by the owner. */
  run(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** Makes the database of a test file and tidies it up in hooks; `isKept` leaves the rows of one test to the next. */
export function useDatabase({
  isKept = false,
}: { readonly isKept?: boolean } = {}): DatabaseInUse {
  let database: TestDatabase | undefined;
  let owner: Client | undefined;
  const connected = new Set<Client>();

  const inUse: DatabaseInUse = {
    url: (role) => found(database).urls[role],
    async connect(role) {
      const client = await connectTo(inUse.url(role));
      connected.add(client);
      return client;
    },
    get owner() {
      return found(owner);
    },
    async rows(text, values = []) {
      return (await inUse.owner.query<Row>(text, [...values])).rows;
    },
    async list(text, values = []) {
      const query = { text, values: [...values], rowMode: "array" } as const;
      return (await inUse.owner.query<unknown[]>(query)).rows;
    },
    run: ({ text }, values) => inUse.rows(text, values),
  };

  beforeAll(async () => {
    database = await createMigratedDatabase();
    owner = await connectTo(database.urls.owner);
    await insertDimensions(owner);
  });
  beforeEach(async () => {
    if (!isKept) await emptyTables(inUse.owner);
  });
  afterEach(async () => {
    await Promise.all([...connected].map((client) => client.end()));
    connected.clear();
  });
  afterAll(() => owner?.end());
  return inUse;
}

async function connectTo(databaseUrl: string): Promise<Client> {
  const client = new Client({
    connectionString: databaseUrl,
    options: "-c timezone=UTC",
  });
  // Counts as numbers; times as the text that Postgres writes, which holds microseconds and infinity.
  const { INT8, NUMERIC, TIMESTAMPTZ, DATE } = types.builtins;
  for (const oid of [INT8, NUMERIC]) client.setTypeParser(oid, Number);
  for (const oid of [TIMESTAMPTZ, DATE])
    client.setTypeParser(oid, (text) => text);
  // A test that ends the connection on purpose sees the error of its statement.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined)
    throw new Error("the database is made in a hook: use it within a test");
  return value;
}
