import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { superuserUrl } from "./postgres-process.ts";

/** What a session of a function does. */
export type SessionState =
  "idle" | "active" | "idle in transaction" | "copying";

/** A session of a function with Postgres. */
export interface FunctionSession {
  readonly pid: number;
  readonly state: SessionState;
}

/** Lists the sessions by which a function writes what it was given, as `ingest`. */
export async function listSessions(
  dataDir: string,
  databaseUrl: string,
  functionName: string,
): Promise<FunctionSession[]> {
  return selectRows<{ pid: number; state: SessionState }>(
    await superuserUrl(dataDir, databaseUrl),
    `select a.pid, case when c.pid is null then a.state else 'copying' end as state
     from pg_stat_activity a left join pg_stat_progress_copy c using (pid)
     where a.datname = current_database() and a.usename = 'ingest' and a.application_name = $1`,
    [functionName],
  );
}
