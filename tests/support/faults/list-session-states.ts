import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { superuserUrl } from "./postgres-process.ts";

/** What a session of a function does. */
export type SessionState =
  "idle" | "active" | "idle in transaction" | "copying";

/** Lists what the sessions of a function do that write what it was given, as `ingest`. */
export async function listSessionStates(
  dataDir: string,
  databaseUrl: string,
  functionName: string,
): Promise<SessionState[]> {
  const rows = await selectRows<{ state: SessionState }>(
    await superuserUrl(dataDir, databaseUrl),
    `select case when c.pid is null then a.state else 'copying' end as state
     from pg_stat_activity a left join pg_stat_progress_copy c using (pid)
     where a.datname = current_database() and a.usename = 'ingest' and a.application_name = $1`,
    [functionName],
  );
  return rows.map(({ state }) => state);
}
