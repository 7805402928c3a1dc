import { execFileSync } from "node:child_process";

import type { Transaction } from "#shared/adapters/postgres/session.ts";
import type { Statement } from "#shared/sql.ts";
import { withClient } from "#tests/support/with-client.ts";

const TERMINATE = `
  import { Client } from "pg";
  const [databaseUrl, pid] = process.argv.slice(1);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("select pg_terminate_backend($1, 5000)", [pid]);
  await client.end();
`;

/** A statement as `loadStatement` returns it, without a file. */
export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** Returns the process of Postgres that serves the transaction, or a single statement. */
export async function readBackendPid(
  queried: Pick<Transaction, "query">,
): Promise<number> {
  const [row] = await queried.query<{ pid: number }>(
    statement("read_backend_pid", "select pg_backend_pid() as pid"),
  );
  if (row === undefined) throw new Error("pg_backend_pid() returned no row");
  return row.pid;
}

/** Returns the processes of Postgres that serve an application in the database of the URL. */
export async function listBackendPids(
  databaseUrl: string,
  applicationName: string,
): Promise<number[]> {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = $1 and datname = current_database()",
      [applicationName],
    ),
  );
  return rows.map(({ pid }) => pid);
}

/** Ends a connection from the server's side and waits until its process is gone. */
export async function terminateBackend(
  databaseUrl: string,
  pid: number,
): Promise<void> {
  await withClient(databaseUrl, (client) =>
    client.query("select pg_terminate_backend($1, 5000)", [pid]),
  );
}

/** The same while this process stands still, as a frozen execution environment does: it hears of it only later. */
export function terminateBackendUnnoticed(
  databaseUrl: string,
  pid: number,
): void {
  execFileSync(process.execPath, [
    "--input-type=module",
    "-e",
    TERMINATE,
    databaseUrl,
    String(pid),
  ]);
}
