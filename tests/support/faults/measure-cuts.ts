import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { ensureSecrets } from "#compose/embedded/secrets.ts";
import { withClient } from "#tests/support/with-client.ts";

/** The statement from whose end on the closer keeps every micro-batch out. */
const LOCK = "execute close-windows/lock_frontiers_exclusive:";
const ENDS: ReadonlySet<string> = new Set([
  "statement: commit",
  "statement: rollback",
]);
/** `%m [%p]` of compose/postgres/postgresql.conf, and what a statement took. */
const LINE =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) UTC \[(\d+)\] .*LOG: {2}duration: [\d.]+ ms {2}(.*)$/;

interface LoggingServer {
  readonly dataDir: string;
  /** Any database of the server, by any role. */
  readonly databaseUrl: string;
}

/** Has the embedded Postgres log every statement of the closer's later connections, with the time of its end. */
export async function logClosings({
  dataDir,
  databaseUrl,
}: LoggingServer): Promise<void> {
  const url = new URL(databaseUrl);
  url.username = "postgres";
  url.password = (await ensureSecrets(dataDir)).superuser;
  await withClient(url.href, (superuser) =>
    superuser.query("alter role closer set log_min_duration_statement = 0"),
  );
}

/**
 * How long each cut of the closer's lasted by Postgres's own log, ms: from having the frontiers' lock to the end of the
 * transaction. One that did not get the lock is none.
 */
export async function readCuts({
  dataDir,
}: Pick<LoggingServer, "dataDir">): Promise<number[]> {
  const log = await readFile(join(dataDir, "postgres", "server.log"), "utf8");
  const lockedAtMs = new Map<string, number>();
  const cuts: number[] = [];
  for (const line of log.split("\n")) {
    const [, date, time, backend, statement] = LINE.exec(line) ?? [];
    if (backend === undefined || statement === undefined) continue;
    const atMs = Date.parse(`${date}T${time}Z`);
    if (statement.startsWith(LOCK)) lockedAtMs.set(backend, atMs);
    const beganAtMs = lockedAtMs.get(backend);
    if (beganAtMs === undefined || !ENDS.has(statement)) continue;
    cuts.push(atMs - beganAtMs);
    lockedAtMs.delete(backend);
  }
  return cuts;
}
